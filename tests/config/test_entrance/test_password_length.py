"""How long a password has to be is said in the reader's language."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "密码太短"), ("ru", "Пароль слишком"), ("kk", "Құпиясөз тым")]
)
def test_a_short_password_is_refused_in_the_readers_language(language: str, words: str) -> None:
    with override(language), pytest.raises(ValidationError) as refusal:
        validate_password("Xy7-hk2")
    (sentence,) = refusal.value.messages
    assert words in sentence and "12" in sentence
