"""Settings of an installation that talks to nobody: for what plays in one process."""

from pathlib import Path

from router.settings import Settings, load_settings
from router.store.sealing import new_key


def settings_alone(folder: Path, database_url: str = "") -> Settings:
    """An installation under `folder`, whose RULES_DIR is made and empty; unpaced."""
    rules = folder / "rules"
    rules.mkdir(parents=True)
    return load_settings(
        database_url=database_url,
        data_dir=folder / "var",
        rules_dir=rules,
        redis_url="redis://127.0.0.1:1/0",
        public_url="http://127.0.0.1:8000",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="token-of-the-storms",
        twilio_api_url="http://127.0.0.1:1",
        secret_key=new_key(),
        master_key=new_key(),
        pace_long_code=0,
        _env_file=None,
    )
