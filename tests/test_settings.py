import logging
from decimal import Decimal
from pathlib import Path

import pytest

from errors import SettingsError
from settings import Administrator, Endpoint, Settings, log_level, read_administrator, read_settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert read_settings({}) == Settings()


def test_an_empty_variable_counts_as_unset() -> None:
    assert read_settings({"OPENAI_API_KEY": "", "THUMBNAILS_DIR": " ", "FAN_OUT_WINDOW": ""}) == Settings()


@pytest.mark.parametrize(
    ("environment", "window"),
    [
        ({}, 20),
        ({"RENDER_SDK_SOCKET_PATH": "/tmp/1.sock"}, 8),
        ({"RENDER_SDK_SOCKET_PATH": "/tmp/1.sock", "FAN_OUT_WINDOW": "20"}, 20),
        ({"RENDER_SDK_SOCKET_PATH": "/tmp/1.sock", "RENDER": "true"}, 20),
    ],
)
def test_a_batch_on_the_dev_server_has_a_small_window_of_its_own(environment: dict[str, str], window: int) -> None:
    assert read_settings(environment).fan_out_window == window


def test_each_variable_is_read() -> None:
    settings = read_settings(
        {
            "OPENAI_API_KEY": "k1",
            "GOOGLE_API_KEY": "k2",
            "OPENAI_IMAGE_QUALITY": "HIGH",
            "OPENAI_IMAGE_SIZE": "1536x864",
            "GEMINI_IMAGE_SIZE": "2k",
            "PROVIDER_TIMEOUT_SECONDS": "90",
            "SIMULATE_PROVIDERS": "yes",
            "SIMULATED_LATENCY_SECONDS": "0.25",
            "BRAND_DIR": "/tmp/brand",
            "THUMBNAILS_DIR": "/tmp/x",
            "MAX_IMAGES_PER_BATCH": "10000",
            "MAX_COST_USD": "2.50",
            "PRICES_FILE": "/tmp/prices.json",
            "FAN_OUT_WINDOW": "7",
            "RENDER": "true",
        }
    )
    assert settings == Settings(
        openai_api_key="k1",
        google_api_key="k2",
        openai_image_quality="high",
        openai_image_size="1536x864",
        gemini_image_size="2K",
        provider_timeout_seconds=90,
        simulate_providers=True,
        simulated_latency_seconds=0.25,
        brand_dir=Path("/tmp/brand"),
        thumbnails_dir=Path("/tmp/x"),
        max_images_per_batch=10_000,
        max_cost_usd=Decimal("2.50"),
        prices_file=Path("/tmp/prices.json"),
        fan_out_window=7,
        on_render=True,
    )


BAD = {
    "SIMULATE_PROVIDERS": "maybe",
    "FAN_OUT_WINDOW": "0",
    "MAX_IMAGES_PER_BATCH": "many",
    "MAX_COST_USD": "-1",
    "SIMULATED_LATENCY_SECONDS": "nan",
    "LOG_LEVEL": "loud",
    "OPENAI_IMAGE_QUALITY": "best",
    "OPENAI_IMAGE_SIZE": "1200x630",
    "GEMINI_IMAGE_SIZE": "8K",
    "PROVIDER_TIMEOUT_SECONDS": "3600",
    "OPENAI_API_KEY": "Bearer canary",
    "GOOGLE_API_KEY": "canary\u2026",
}


def test_every_invalid_value_is_reported_with_its_remedy() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(BAD)
    faults = [str(fault) for fault in caught.value.faults]
    assert {fault.partition(":")[0].partition("=")[0] for fault in faults} == BAD.keys()
    assert all(": give " in fault for fault in faults)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("size", ["1200x640", "1024x1024", "3840x2160", "1536x512"])
def test_sizes_that_openai_allows(size: str) -> None:
    assert read_settings({"OPENAI_IMAGE_SIZE": size}).openai_image_size == size


@pytest.mark.parametrize(
    "size", ["1200x630", "100x100", "4976x1664", "1280x3856", "4096x4096", "2048x512", "1200", "axb", "0x16", "-16x16"]
)
def test_sizes_that_openai_does_not_allow(size: str) -> None:
    with pytest.raises(SettingsError, match="OPENAI_IMAGE_SIZE"):
        read_settings({"OPENAI_IMAGE_SIZE": size})


def test_keys_are_not_in_the_repr() -> None:
    assert "canary" not in repr(read_settings({"OPENAI_API_KEY": "canary-1", "GOOGLE_API_KEY": "canary-2"}))


def test_the_log_level_is_case_insensitive() -> None:
    assert log_level({"LOG_LEVEL": "debug"}) == logging.DEBUG
    assert log_level({}) == logging.INFO


def test_a_password_in_a_url_is_not_echoed() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"MINIO_ENDPOINT": "https://user:canary@minio.example.com"})
    assert "MINIO_ENDPOINT: give a full URL" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_presigned_links_and_a_base_url_with_a_path_exclude_each_other() -> None:
    with pytest.raises(SettingsError, match="MINIO_PUBLIC_BASE_URL has a path"):
        read_settings({"MINIO_PRESIGNED_HOURS": "1", "MINIO_PUBLIC_BASE_URL": "https://a.example.com/b"})


@pytest.mark.parametrize("url", ["https://ann:canary@a.example.com", "https://a.example.com:99999"])
def test_a_base_url_has_no_user_and_a_possible_port(url: str) -> None:
    with pytest.raises(SettingsError, match=r"MINIO_PUBLIC_BASE_URL.*: give a full URL") as caught:
        read_settings({"MINIO_PUBLIC_BASE_URL": url})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"])
def test_a_vendors_base_url_is_checked(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}='foo': give a full URL"):
        read_settings({name: "foo"})


def test_minio_hostport_sets_the_endpoint() -> None:
    settings = read_settings({"MINIO_HOSTPORT": "minio-abcd:9000"})
    assert settings.minio_endpoint == Endpoint("minio-abcd:9000", secure=False)


def test_minio_endpoint_takes_precedence_over_hostport() -> None:
    both = {"MINIO_HOSTPORT": "minio-abcd:9000", "MINIO_ENDPOINT": "https://minio.example.com"}
    assert read_settings(both).minio_endpoint == Endpoint("minio.example.com", secure=True)


@pytest.mark.parametrize("text", ["http://minio-abcd:9000", "minio abcd:9000", "minio-abcd:99999", "user:canary@minio"])
def test_an_invalid_hostport_is_rejected_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match=r"MINIO_HOSTPORT.*: give a host and its port, such as minio") as caught:
        read_settings({"MINIO_HOSTPORT": text})
    assert "canary" not in str(caught.value)


def test_an_administrators_password_is_not_in_the_repr() -> None:
    administrator = read_administrator({"MINIO_ROOT_USER": "root", "MINIO_ROOT_PASSWORD": "canary"})
    assert administrator == Administrator("root", "canary")
    assert "canary" not in repr(administrator)


def test_a_missing_root_credential_is_reported() -> None:
    with pytest.raises(SettingsError) as caught:
        read_administrator({"MINIO_ROOT_USER": "root", "MINIO_ROOT_PASSWORD": " "})
    assert "MINIO_ROOT_PASSWORD is not set" in str(caught.value)
    assert "MINIO_ROOT_USER" not in str(caught.value)


@pytest.mark.parametrize("text", ["-0.01", "nan", "inf", "1e27", "$5", "5,00"])
def test_a_cap_that_is_not_an_amount_is_rejected(text: str) -> None:
    with pytest.raises(SettingsError, match=r"MAX_COST_USD.*: give US dollars, from 0 to a billion, such as 2.50"):
        read_settings({"MAX_COST_USD": text})


def test_a_cap_of_zero_is_kept() -> None:
    assert read_settings({"MAX_COST_USD": "0"}).max_cost_usd == 0


def test_the_clones_own_brand_is_used_unless_another_is_set(tmp_path: Path) -> None:
    own = tmp_path / "brand"
    assert read_settings({}, own).brand_dir is None
    own.mkdir()
    assert read_settings({}, own).brand_dir == own
    assert read_settings({"BRAND_DIR": str(tmp_path / "other")}, own).brand_dir == tmp_path / "other"
