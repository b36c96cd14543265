"""What was published before the review procedure keeps its mark; what is still a draft goes through it."""

from django.db import migrations, models


def open_editions_are_reviewed(apps, schema_editor):
    Edition = apps.get_model("disclosure", "Edition")
    Edition.objects.using(schema_editor.connection.alias).exclude(state="published").update(procedure="review")


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0003_reviews_and_obligations")]

    operations = [
        migrations.RunPython(open_editions_are_reviewed, migrations.RunPython.noop),
        migrations.AlterField(
            "edition",
            "procedure",
            models.CharField(
                choices=[
                    ("review", "审查公开"),
                    ("emergency", "应急公开"),
                    ("migration", "存量迁入"),
                    ("legacy", "原程序公开"),
                ],
                default="review",
                max_length=10,
                verbose_name="公开程序",
            ),
        ),
    ]
