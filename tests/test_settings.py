import logging
from pathlib import Path

import pytest

from errors import SettingsError
from settings import Settings, log_level, read_settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert read_settings({}) == Settings()


def test_a_variable_left_empty_counts_as_not_set() -> None:
    assert read_settings({"OPENAI_API_KEY": "", "THUMBNAILS_DIR": " ", "FAN_OUT_WINDOW": ""}) == Settings()


def test_each_variable_is_read() -> None:
    settings = read_settings(
        {
            "OPENAI_API_KEY": "k1",
            "GOOGLE_API_KEY": "k2",
            "SIMULATE_PROVIDERS": "yes",
            "SIMULATED_LATENCY_SECONDS": "0.25",
            "THUMBNAILS_DIR": "/tmp/x",
            "MAX_IMAGES_PER_BATCH": "10000",
            "FAN_OUT_WINDOW": "7",
            "RENDER": "true",
        }
    )
    assert settings == Settings("k1", "k2", True, 0.25, Path("/tmp/x"), 10000, 7, True)


def test_every_bad_value_is_named_with_its_remedy() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(
            {
                "SIMULATE_PROVIDERS": "maybe",
                "FAN_OUT_WINDOW": "0",
                "MAX_IMAGES_PER_BATCH": "many",
                "SIMULATED_LATENCY_SECONDS": "nan",
                "LOG_LEVEL": "loud",
            }
        )
    message = str(caught.value)
    for name in (
        "SIMULATE_PROVIDERS",
        "FAN_OUT_WINDOW",
        "MAX_IMAGES_PER_BATCH",
        "SIMULATED_LATENCY_SECONDS",
        "LOG_LEVEL",
    ):
        assert name in message
    assert message.count("give") == 5


def test_keys_are_not_in_the_repr() -> None:
    assert "canary" not in repr(read_settings({"OPENAI_API_KEY": "canary-1", "GOOGLE_API_KEY": "canary-2"}))


def test_the_log_level_can_be_named_in_any_case() -> None:
    assert log_level({"LOG_LEVEL": "debug"}) == logging.DEBUG
    assert log_level({}) == logging.INFO
