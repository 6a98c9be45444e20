"""The limits an installation starts with: one marketing message a day, three in seven days, silent nights for SMS and push."""

from django.db import migrations


def make(apps, schema_editor):
    cap = apps.get_model("messaging", "FrequencyCap")
    cap.objects.create(name="One a day", limit=1, calendar="day")
    cap.objects.create(name="Three in seven days", limit=3, rolling="7 days")
    quiet = apps.get_model("messaging", "QuietHoursRule")
    night = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "21:00", "end": "08:00"}]
    for channel in ("sms", "push"):
        quiet.objects.create(name=f"Nights: {channel}", channel=channel, ranges=night)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
