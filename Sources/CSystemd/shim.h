// libsystemd, and a call of Linux that Swift's Glibc overlay does not show.
#pragma once
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
