"""The stories of the demo's past; `begin_all` sets them going."""

from seeds.stories import at_customs, at_port, ferrymen, first, gone
from seeds.world import World


def begin_all(world: World) -> None:
    """Let every story begin; the world walks them in the order of their moments."""
    for story in (*gone.STORIES, *at_customs.STORIES, *at_port.STORIES, *first.STORIES, *ferrymen.STORIES):
        world.begin(story(world))
