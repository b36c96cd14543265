"""Makes what waits in the print queue, like a worker, and says how much memory it took at most, in MB, and how
many seconds of a processor."""

import os
import resource

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govportal.settings")
    django.setup()
    from disclosure import print_volumes
    from disclosure.models import PrintPart
    from disclosure.services import print_jobs
    from govportal.now import now

    for part_id in PrintPart.objects.filter(state="waiting").order_by("number").values_list("pk", flat=True):
        print_jobs.make(part_id, print_volumes.make, clock=now)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)


if __name__ == "__main__":
    main()
