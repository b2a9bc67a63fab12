"""The stories of the demo's past; `begin_all` sets them going."""

from seeds.stories import at_customs, at_port, ferrymen, first, gone, newcomers
from seeds.world import World


def begin_all(world: World) -> None:
    """Let every story begin; the world walks them in the order of their moments."""
    chapters = (gone, newcomers, at_customs, at_port, first, ferrymen)
    for story in (story for chapter in chapters for story in chapter.STORIES):
        world.begin(story(world))
