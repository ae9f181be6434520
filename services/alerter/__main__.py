"""``python -m services.alerter match|lifecycle|dispatch``."""

from services.alerter.app import STEPS
from services.alerter.settings import AlerterSettings
from shared import process

if __name__ == "__main__":
    process.run_step(STEPS, AlerterSettings)
