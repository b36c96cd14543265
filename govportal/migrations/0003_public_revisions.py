"""From one row that is raised to a row for every change: the table anew, so that its ids begin above none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("govportal", "0002_heartbeat")]

    operations = [
        migrations.DeleteModel(name="PublicRevision"),
        migrations.CreateModel(
            name="PublicRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
    ]
