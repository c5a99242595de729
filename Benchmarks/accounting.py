"""What the kernel has booked on a process: CPU time of all its threads, and memory."""

import os
from dataclasses import dataclass
from pathlib import Path

TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class CPUTime:
    """Microseconds of user and system time since the process began."""

    user: float
    system: float

    @property
    def total(self) -> float:
        return self.user + self.system

    def __sub__(self, earlier: "CPUTime") -> "CPUTime":
        return CPUTime(self.user - earlier.user, self.system - earlier.system)

    def __truediv__(self, count: float) -> "CPUTime":
        return CPUTime(self.user / count, self.system / count)

    def scaled(self, total: float) -> "CPUTime":
        """The same shares of user and system, of a total that was measured better."""
        return self if self.total <= 0 else CPUTime(
            self.user * total / self.total, self.system * total / self.total)


@dataclass(frozen=True)
class CPUClock:
    """One reading: ticks of 10 ms for the shares, nanoseconds of the scheduler for the sum."""

    ticks: CPUTime
    scheduled: float

    @classmethod
    def read(cls, pid: int) -> "CPUClock":
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks = CPUTime(int(fields[11]) * TICK_US, int(fields[12]) * TICK_US)
        return cls(ticks, _scheduled_us(pid))

    def since(self, earlier: "CPUClock") -> CPUTime:
        spent = self.ticks - earlier.ticks
        scheduled = self.scheduled - earlier.scheduled
        return spent.scaled(scheduled) if scheduled > 0 else spent


def _scheduled_us(pid: int) -> float:
    """proc(5) task/TID/schedstat: time on a processor in ns; 0 where the kernel does not keep it."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:  # no CONFIG_SCHED_INFO, or the thread has just ended
            continue
    return total / 1000


def proportional_bytes(pid: int) -> int:
    """Proportional set size, or resident set size where smaps_rollup may not be read."""
    for path, name in ((f"/proc/{pid}/smaps_rollup", "Pss:"), (f"/proc/{pid}/status", "VmRSS:")):
        try:
            lines = Path(path).read_text().splitlines()
        except (PermissionError, FileNotFoundError):
            continue
        for line in lines:
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"no memory figures for process {pid}")


def resident_bytes(pid: int) -> int:
    """Resident set size, with what is shared."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no memory figures for process {pid}")


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
            continue
    return found
