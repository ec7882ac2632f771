/*
 * execwatch: the eyes and the hand of the reference agent's sensor.
 *
 * It watches program starts (FAN_OPEN_EXEC_PERM), opens (FAN_OPEN_PERM) and closes after write below the watched folders,
 * says what happened as one JSON object a line on stdout, and lets the agent answer on stdin:
 *   out  {"k":"ready",…}  {"k":"exec"|"open","id":…}  {"k":"write",…}  {"k":"done","id":…,"act":"allow"|"deny"|"late"}
 *   in   a ID (allow)     d ID (deny)
 * The process that wants to start is still blocked in execve(2) when its event is read. So the arguments are
 * taken from its memory at the addresses that /proc/PID/syscall names: right for static programs as well, and
 * never the parent's, which /proc/PID/cmdline still shows at that moment. Needs SYS_ADMIN and SYS_PTRACE.
 *
 * It must never be the reason that a machine hangs: it does not block on its output, an answer that is late
 * means "allow" and is counted, and all pending processes go on when it ends (the kernel sees to that).
 *
 * usage: execwatch AGENT_PID WAIT_MS WATCHED_PREFIX…
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sha256.h"

enum { MAX_PENDING = 512, MAX_ARGS = 256, MAX_TEXT = 32768, CACHE = 4096, OUT_LIMIT = 1 << 20, BLOCKED_MS = 500 };
static const off_t MAX_HASHED = 64 << 20;

static int notify_fd;
static pid_t self_pid, agent_pid;
static long wait_ms;
static char **prefixes;
static unsigned long late_count, lost_count;

/* ---- output: bounded, never blocking ---- */
static char out[OUT_LIMIT];
static size_t out_len;

static void flush_out(void) {
  while (out_len > 0) {
    ssize_t n = write(STDOUT_FILENO, out, out_len);
    if (n <= 0) return; /* full pipe: poll tells us when there is room */
    memmove(out, out + n, out_len - (size_t)n);
    out_len -= (size_t)n;
  }
}

struct line { char text[MAX_TEXT * 7]; size_t len; };
static struct line line;

static void put(const char *s) {
  size_t n = strlen(s);
  if (line.len + n + 1 >= sizeof line.text) return;
  memcpy(line.text + line.len, s, n);
  line.len += n;
}
static void put_num(const char *key, long long value) {
  char b[96];
  snprintf(b, sizeof b, ",\"%s\":%lld", key, value);
  put(b);
}
static void put_string(const char *s) {
  put("\"");
  for (; *s; s++) {
    char b[8] = {*s, 0};
    if (*s == '"' || *s == '\\') snprintf(b, sizeof b, "\\%c", *s);
    else if ((unsigned char)*s < 0x20) snprintf(b, sizeof b, "\\u%04x", *s);
    put(b);
  }
  put("\"");
}
static void put_key(const char *key, const char *value) {
  put(",\"");
  put(key);
  put("\":");
  put_string(value);
}
static void begin(const char *kind) {
  line.len = 0;
  put("{\"k\":");
  put_string(kind);
}
/* 0: there was no room, the line is lost and counted */
static int end_line(void) {
  put("}\n");
  if (out_len + line.len > sizeof out) {
    lost_count++;
    return 0;
  }
  memcpy(out + out_len, line.text, line.len);
  out_len += line.len;
  flush_out();
  return 1;
}

/* ---- time ---- */
static long long clock_ms(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- hash, computed once per state of a file ---- */
struct cached { dev_t dev; ino_t ino; off_t size; struct timespec m, c; char hex[65]; };
static struct cached cache[CACHE];

static const char *hash_of(int fd, const struct stat *st) {
  if (!S_ISREG(st->st_mode) || st->st_size == 0 || st->st_size > MAX_HASHED) return "";
  struct cached *slot = &cache[((size_t)st->st_ino * 31 + (size_t)st->st_dev) % CACHE];
  if (slot->hex[0] && slot->dev == st->st_dev && slot->ino == st->st_ino && slot->size == st->st_size &&
      !memcmp(&slot->m, &st->st_mtim, sizeof slot->m) && !memcmp(&slot->c, &st->st_ctim, sizeof slot->c))
    return slot->hex;
  if (!sha256_of_fd(fd, slot->hex)) {
    slot->hex[0] = 0;
    return "";
  }
  slot->dev = st->st_dev, slot->ino = st->st_ino, slot->size = st->st_size;
  slot->m = st->st_mtim, slot->c = st->st_ctim;
  return slot->hex;
}

/* ---- the process behind an event ---- */
static ssize_t read_proc(pid_t pid, const char *name, char *buf, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = read(fd, buf, size - 1);
  close(fd);
  if (n >= 0) buf[n] = 0;
  return n;
}
static long status_field(const char *status, const char *key) {
  const char *at = strstr(status, key);
  return at ? atol(at + strlen(key)) : -1;
}
/* NUL-separated cmdline → words separated by blanks */
static void put_cmdline(const char *key, pid_t pid) {
  static char text[4096];
  ssize_t n = read_proc(pid, "cmdline", text, sizeof text);
  while (n > 0 && !text[n - 1]) n--;
  for (ssize_t i = 0; i < n; i++)
    if (!text[i]) text[i] = ' ';
  put_key(key, n > 0 ? text : "");
}
static void put_process(pid_t pid) {
  static char status[4096];
  put_num("pid", pid);
  if (read_proc(pid, "status", status, sizeof status) <= 0) return;
  long ppid = status_field(status, "\nPPid:\t");
  put_num("uid", status_field(status, "\nUid:\t"));
  put_num("ppid", ppid);
  if (ppid > 0) put_cmdline("parent", (pid_t)ppid);
}

/* The arguments of the execve(2) or execveat(2) in which the process is blocked. */
struct pending_exec { int mem; int dirfd; unsigned long file, argv; };

static int find_exec(pid_t pid, struct pending_exec *e) {
  char text[512], path[64];
  unsigned long a[4];
  long nr = -1;
  /* Its event is there before it sleeps: until then the kernel says "running", and not where it is. */
  for (long long end = clock_ms(CLOCK_MONOTONIC) + BLOCKED_MS;;) {
    if (read_proc(pid, "syscall", text, sizeof text) <= 0) return 0;
    if (strncmp(text, "running", 7) || clock_ms(CLOCK_MONOTONIC) >= end) break;
    nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
  }
  if (sscanf(text, "%ld %lx %lx %lx %lx", &nr, &a[0], &a[1], &a[2], &a[3]) < 5) return 0;
  if (nr == SYS_execve) e->dirfd = AT_FDCWD, e->file = a[0], e->argv = a[1];
  else if (nr == SYS_execveat) e->dirfd = (int)a[0], e->file = a[1], e->argv = a[2];
  else return 0;
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  e->mem = open(path, O_RDONLY | O_CLOEXEC);
  return e->mem >= 0;
}
/* A string may end just before an unmapped page, so it is read page by page. */
static int read_string(int mem, unsigned long at, char *buf, size_t size) {
  size_t n = 0;
  while (n + 1 < size) {
    size_t part = 4096 - (at + n) % 4096;
    if (part > size - 1 - n) part = size - 1 - n;
    ssize_t got = pread(mem, buf + n, part, (off_t)(at + n));
    if (got <= 0) break;
    char *nul = memchr(buf + n, 0, (size_t)got);
    if (nul) return 1;
    n += (size_t)got;
  }
  buf[n] = 0;
  return n > 0;
}
static void put_argv(const struct pending_exec *e) {
  static char text[MAX_TEXT];
  unsigned long at;
  put(",\"argv\":[");
  for (int i = 0; i < MAX_ARGS; i++) {
    if (pread(e->mem, &at, sizeof at, (off_t)(e->argv + (unsigned)i * sizeof at)) != sizeof at || !at) break;
    if (!read_string(e->mem, at, text, sizeof text)) break;
    if (line.len > MAX_TEXT) break;
    if (i) put(",");
    put_string(text);
  }
  put("]");
}
/* Is this file the one that was named, or the interpreter (#!, ld.so) that the kernel opens after it? */
static int is_named_file(pid_t pid, const struct pending_exec *e, const struct stat *file) {
  char name[4096] = "", path[4200];
  struct stat st;
  read_string(e->mem, e->file, name, sizeof name);
  if (!name[0]) snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, e->dirfd);
  else if (name[0] == '/') snprintf(path, sizeof path, "/proc/%d/root%s", pid, name);
  else if (e->dirfd == AT_FDCWD) snprintf(path, sizeof path, "/proc/%d/cwd/%s", pid, name);
  else snprintf(path, sizeof path, "/proc/%d/fd/%d/%s", pid, e->dirfd, name);
  return stat(path, &st) == 0 && st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

/* ---- events that wait for the agent's answer ---- */
static struct { int fd; unsigned long id; long long until; } pending[MAX_PENDING];
static size_t pending_count;
static unsigned long next_id = 1;

static void answer(int fd, unsigned verdict) {
  struct fanotify_response r = {.fd = fd, .response = verdict};
  if (write(notify_fd, &r, sizeof r) < 0) lost_count++;
}
static void settle(size_t i, unsigned verdict, const char *act) {
  answer(pending[i].fd, verdict);
  close(pending[i].fd);
  begin("done");
  put_num("id", (long long)pending[i].id);
  put_key("act", act);
  pending[i] = pending[--pending_count];
  end_line();
}
static void settle_late(void) {
  long long now = clock_ms(CLOCK_MONOTONIC);
  for (size_t i = pending_count; i-- > 0;)
    if (pending[i].until <= now) {
      late_count++;
      settle(i, FAN_ALLOW, "late");
    }
}
static void on_answer(const char *text) {
  unsigned long id = strtoul(text + 1, NULL, 10);
  for (size_t i = 0; i < pending_count; i++)
    if (pending[i].id == id) {
      settle(i, text[0] == 'd' ? FAN_DENY : FAN_ALLOW, text[0] == 'd' ? "deny" : "allow");
      return;
    }
}

/* ---- one event ---- */
static int watched(const char *path) {
  for (char **p = prefixes; *p; p++)
    if (!strncmp(path, *p, strlen(*p))) return 1;
  return 0;
}
static void put_file(int fd, const char *path, const struct stat *st) {
  put_num("t", clock_ms(CLOCK_REALTIME));
  put_key("path", path);
  put_num("size", st->st_size);
  put_key("sha", hash_of(fd, st));
}
/* The agent waits in its own spawn until the child has started: it could not answer for it. */
static int is_child_of_agent(pid_t pid) {
  static char status[4096];
  return read_proc(pid, "status", status, sizeof status) > 0 && status_field(status, "\nPPid:\t") == agent_pid;
}
/* 1: somebody waits for an answer and it is not ours to give here */
static int on_event(const struct fanotify_event_metadata *ev) {
  static char path[4096];
  char link[64];
  struct stat st;
  struct pending_exec e = {.mem = -1};
  int exec = (ev->mask & FAN_OPEN_EXEC_PERM) != 0, asks = (ev->mask & (FAN_OPEN_EXEC_PERM | FAN_OPEN_PERM)) != 0;
  int named = 1;
  if (ev->pid == self_pid || ev->pid == agent_pid) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", ev->fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  if (!exec && !watched(path)) return 0;
  if (exec && is_child_of_agent(ev->pid)) return 0;
  if (fstat(ev->fd, &st) < 0 || !S_ISREG(st.st_mode)) return 0;
  if (!exec && st.st_size == 0) return 0;
  if (exec && find_exec(ev->pid, &e)) {
    named = is_named_file(ev->pid, &e, &st);
    /* the loader of a dynamic program says nothing new */
    if (!named && !strncmp(path, "/usr/", 5)) {
      close(e.mem);
      return 0;
    }
  }
  int room = asks && pending_count < MAX_PENDING;
  begin(exec ? "exec" : asks ? "open" : "write");
  put_num("id", (long long)next_id);
  put_file(ev->fd, path, &st);
  put_process(ev->pid);
  if (e.mem >= 0) {
    put_num("named", named);
    put_argv(&e);
    close(e.mem);
  } else {
    put_cmdline("command", ev->pid);
  }
  if (asks && !room) lost_count++;
  put_num("asks", room);
  if (!end_line()) return 0;
  if (room) {
    pending[pending_count].fd = ev->fd;
    pending[pending_count].id = next_id;
    pending[pending_count++].until = clock_ms(CLOCK_MONOTONIC) + wait_ms;
  }
  next_id++;
  return room;
}
static void on_events(void) {
  static char buf[65536] __attribute__((aligned(8)));
  ssize_t len = read(notify_fd, buf, 4096); /* few at a time: answers come in between */
  const struct fanotify_event_metadata *ev = (void *)buf;
  for (; len > 0 && FAN_EVENT_OK(ev, len); ev = FAN_EVENT_NEXT(ev, len)) {
    if (ev->mask & FAN_Q_OVERFLOW) {
      lost_count++;
      continue;
    }
    if (ev->fd < 0 || on_event(ev)) continue;
    if (ev->mask & (FAN_OPEN_EXEC_PERM | FAN_OPEN_PERM)) answer(ev->fd, FAN_ALLOW);
    close(ev->fd);
  }
}
/* 0: the agent is gone */
static int on_input(void) {
  static char buf[8192];
  static size_t have;
  ssize_t n = read(STDIN_FILENO, buf + have, sizeof buf - 1 - have);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return 0;
  if (n < 0) return 1;
  have += (size_t)n;
  buf[have] = 0;
  char *start = buf, *nl;
  for (; (nl = memchr(start, '\n', (size_t)(buf + have - start))); start = nl + 1) {
    *nl = 0;
    on_answer(start);
  }
  have = (size_t)(buf + have - start);
  memmove(buf, start, have);
  if (have == sizeof buf - 1) have = 0; /* no such line is ours */
  return 1;
}

/* ---- marks ---- */
static int mark(const char *mount) {
  uint64_t mask = FAN_OPEN_EXEC_PERM | FAN_OPEN_PERM | FAN_CLOSE_WRITE;
  return fanotify_mark(notify_fd, FAN_MARK_ADD | FAN_MARK_MOUNT, mask, AT_FDCWD, mount);
}
/* The root and every other mount that holds ordinary files (a /tmp or /home of its own). */
static int mark_mounts(void) {
  static char row[8192], dir[4096], type[64];
  if (mark("/") < 0) return -1;
  FILE *f = fopen("/proc/self/mountinfo", "re");
  if (!f) return 0;
  while (fgets(row, sizeof row, f)) {
    char *dash = strstr(row, " - ");
    if (!dash || sscanf(row, "%*s %*s %*s %*s %4095s", dir) != 1 || sscanf(dash, " - %63s", type) != 1) continue;
    if (!strncmp(dir, "/proc", 5) || !strncmp(dir, "/sys", 4) || !strcmp(dir, "/dev") || !strcmp(dir, "/")) continue;
    if (strcmp(type, "tmpfs") && strcmp(type, "overlay") && strcmp(type, "ext4") && strcmp(type, "xfs") && strcmp(type, "btrfs"))
      continue;
    mark(dir);
  }
  fclose(f);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: execwatch AGENT_PID WAIT_MS WATCHED_PREFIX...\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  self_pid = getpid(), agent_pid = atoi(argv[1]), wait_ms = atol(argv[2]), prefixes = argv + 3;
  notify_fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
  if (notify_fd < 0 || mark_mounts() < 0) {
    fprintf(stderr, "execwatch: %s: %s (it needs the capability SYS_ADMIN and a kernel with fanotify permission events)\n",
            notify_fd < 0 ? "fanotify_init" : "fanotify_mark", strerror(errno));
    return 1;
  }
  fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
  begin("ready");
  put_num("pid", self_pid);
  end_line();
  unsigned long told = 0;
  for (;;) {
    struct pollfd fds[3] = {{notify_fd, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}, {out_len ? STDOUT_FILENO : -1, POLLOUT, 0}};
    if (poll(fds, 3, pending_count ? 20 : -1) < 0 && errno != EINTR) return 1;
    if (fds[2].revents) flush_out();
    if (fds[1].revents && !on_input()) return 0;
    if (fds[0].revents) on_events();
    settle_late();
    if (late_count + lost_count != told) {
      told = late_count + lost_count;
      begin("counts");
      put_num("late", (long long)late_count);
      put_num("lost", (long long)lost_count);
      end_line();
    }
  }
}
