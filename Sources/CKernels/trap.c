#include "fused.h"

#include "CKernels.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// What the thread runs.
static _Thread_local char ez_text[256];

void ez_set_running(const char *text) { snprintf(ez_text, sizeof ez_text, "%s", text); }

const char *ez_running(void) { return ez_text; }

static const int ez_traps[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE};
enum { EZ_TRAPS = sizeof ez_traps / sizeof *ez_traps };
static struct sigaction ez_before[EZ_TRAPS];

static void say(const char *text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

// Says where, and lets the instruction trap once more, for whoever listened before.
static void trapped(int number) {
  if (ez_text[0]) say("\ntrapped in "), say(ez_text), say("\n");
  for (int i = 0; i < EZ_TRAPS; i++)
    if (ez_traps[i] == number) sigaction(number, &ez_before[i], NULL);
}

void ez_say_where_it_traps(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = trapped;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < EZ_TRAPS; i++) sigaction(ez_traps[i], &action, &ez_before[i]);
}
