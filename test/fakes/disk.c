/*
 * A disk that is slow, full, read-only, broken or without power, at a test's word: preloaded into a process (LD_PRELOAD), it stands
 * before the C library's calls on files below DISK_PATH. What it does is read from a file that disk.ts
 * writes (DISK_CONTROL), mapped, so that it changes while the process runs. What must never happen here: a
 * call on any other file or on a socket that is not passed on as it came.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The order is that of FIELDS in disk.ts. */
struct control {
  int sync_us;      /* every sync takes this much longer */
  int write_errno;  /* every write fails so; 0: none does */
  int sync_errno;   /* every sync fails so */
  int open_errno;   /* every opening for writing fails so */
  int write_at;     /* counts down; the write that brings it to 0 fails with EIO */
  int sync_at;      /* counts down; the sync that brings it to 0 fails with EIO */
  int writes;       /* seen so far */
  int syncs;        /* seen so far */
  int forgets;      /* what no sync has confirmed is lost: when a sync fails, and with the power */
  int cut;          /* the power goes at the next write or sync; the number says what is lost */
};

#define FDS 65536
static struct control nothing;
static volatile struct control *control = (volatile struct control *)&nothing;
static const char *prefix = NULL;
static volatile unsigned char watched[FDS];

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_access)(const char *, int);
static int (*real_close)(int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);

#define FIND(name) if (!real_##name) *(void **)&real_##name = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  FIND(open); FIND(openat); FIND(access); FIND(close); FIND(fsync); FIND(fdatasync); FIND(ftruncate); FIND(write); FIND(pwrite); FIND(pread);
  const char *path = getenv("DISK_CONTROL");
  prefix = getenv("DISK_PATH");
  if (!path || !prefix) return;
  int fd = real_open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *found = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (found != MAP_FAILED) control = (volatile struct control *)found;
  real_close(fd);
}

static int ours(const char *path) {
  return prefix && path && strncmp(path, prefix, strlen(prefix)) == 0;
}

static int remember(int fd, int is_ours) {
  if (fd >= 0 && fd < FDS) watched[fd] = (unsigned char)is_ours;
  return fd;
}

/* A number is used again, by a socket too, and not every closing is seen. */
static int is_watched(int fd) {
  struct stat it;
  return fd >= 0 && fd < FDS && watched[fd] && fstat(fd, &it) == 0 && S_ISREG(it.st_mode);
}

static int refuse_open(const char *path, int flags) {
  if (!ours(path) || (flags & O_ACCMODE) == O_RDONLY || !control->open_errno) return 0;
  errno = control->open_errno;
  return 1;
}

/* What stood where a write went that no sync has confirmed yet; the newest first. */
struct unsure {
  struct unsure *next;
  char *path;
  ino_t inode;
  off_t at, size;   /* of the write; of the file before it */
  ssize_t length;   /* of what stood there */
  char bytes[];
};
static struct unsure *unsures;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void note(int fd, size_t count, off_t at) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  struct stat it;
  if (length < 0 || fstat(fd, &it) != 0) return;
  path[length] = 0;
  /* Shared memory is no part of the disk. */
  if (length > 4 && strcmp(path + length - 4, "-shm") == 0) return;
  struct unsure *made = malloc(sizeof *made + count);
  made->length = real_pread(fd, made->bytes, count, at);
  made->path = strdup(path);
  made->inode = it.st_ino;
  made->at = at;
  made->size = it.st_size;
  pthread_mutex_lock(&turn);
  made->next = unsures;
  unsures = made;
  pthread_mutex_unlock(&turn);
}

/* Of one open file, or of all where inode is 0: confirmed, or lost. Of what the power takes, chance keeps some. */
static void settle(ino_t inode, int open, int lost, unsigned chance) {
  pthread_mutex_lock(&turn);
  for (struct unsure **at = &unsures; *at;) {
    struct unsure *it = *at;
    if (inode && it->inode != inode) {
      at = &it->next;
      continue;
    }
    chance = chance * 1103515245u + 12345u;
    if (lost && (inode || (chance >> 16) & 3)) {
      /* The power is gone: nobody closes it, and nobody needs SQLite's locks. */
      int fd = inode ? open : real_open(it->path, O_RDWR | O_CLOEXEC);
      struct stat now;
      if (fd >= 0 && fstat(fd, &now) == 0 && now.st_ino == it->inode) {
        if (it->length > 0) real_pwrite(fd, it->bytes, (size_t)it->length, it->at);
        if (now.st_size > it->size) real_ftruncate(fd, it->size);
      }
    }
    *at = it->next;
    free(it->path);
    free(it);
  }
  pthread_mutex_unlock(&turn);
}

static void cut_if_told(void) {
  int chance = control->cut;
  if (!chance) return;
  settle(0, -1, 1, (unsigned)chance);
  _exit(137);
}

/* 1: this call fails, errno says how. */
static int refused(volatile int *seen, int always, volatile int *at) {
  __atomic_add_fetch(seen, 1, __ATOMIC_RELAXED);
  if (always) {
    errno = always;
    return 1;
  }
  if (*at > 0 && __atomic_sub_fetch(at, 1, __ATOMIC_RELAXED) == 0) {
    errno = EIO;
    return 1;
  }
  return 0;
}

static int refuse_write(int fd) {
  if (!is_watched(fd)) return 0;
  cut_if_told();
  return refused(&control->writes, control->write_errno, &control->write_at);
}

static int refuse_sync(int fd) {
  if (!is_watched(fd)) return 0;
  /* In steps, so that a disk that recovers lets go of those that wait for it. */
  for (int waited = 0; waited < control->sync_us;) {
    int left = control->sync_us - waited, step = left < 20000 ? left : 20000;
    struct timespec pause = {step / 1000000, (step % 1000000) * 1000L};
    nanosleep(&pause, NULL);
    waited += step;
  }
  cut_if_told();
  struct stat it;
  int fails = refused(&control->syncs, control->sync_errno, &control->sync_at), why = errno;
  if (unsures && fstat(fd, &it) == 0) settle(it.st_ino, fd, fails, 0);
  errno = why;
  return fails;
}

static int mode_of(int flags, va_list more) {
  return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, int) : 0;
}

#define OPEN(name)                                               \
  int name(const char *path, int flags, ...) {                   \
    va_list more;                                                \
    va_start(more, flags);                                       \
    int mode = mode_of(flags, more);                             \
    va_end(more);                                                \
    FIND(open);                                                  \
    if (refuse_open(path, flags)) return -1;                     \
    return remember(real_open(path, flags, mode), ours(path));   \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                     \
  int name(int folder, const char *path, int flags, ...) {               \
    va_list more;                                                        \
    va_start(more, flags);                                               \
    int mode = mode_of(flags, more);                                     \
    va_end(more);                                                        \
    FIND(openat);                                                        \
    if (refuse_open(path, flags)) return -1;                             \
    return remember(real_openat(folder, path, flags, mode), ours(path)); \
  }
OPENAT(openat)
OPENAT(openat64)

int access(const char *path, int how) {
  FIND(access);
  if ((how & W_OK) && refuse_open(path, O_RDWR)) return -1;
  return real_access(path, how);
}

int close(int fd) {
  FIND(close);
  if (fd >= 0 && fd < FDS) watched[fd] = 0;
  return real_close(fd);
}

int fsync(int fd) {
  FIND(fsync);
  return refuse_sync(fd) ? -1 : real_fsync(fd);
}

int fdatasync(int fd) {
  FIND(fdatasync);
  return refuse_sync(fd) ? -1 : real_fdatasync(fd);
}

#define FTRUNCATE(name)                                  \
  int name(int fd, off_t size) {                         \
    FIND(ftruncate);                                     \
    return refuse_write(fd) ? -1 : real_ftruncate(fd, size); \
  }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

ssize_t write(int fd, const void *bytes, size_t count) {
  FIND(write);
  return refuse_write(fd) ? -1 : real_write(fd, bytes, count);
}

#define PWRITE(name)                                                       \
  ssize_t name(int fd, const void *bytes, size_t count, off_t at) {        \
    FIND(pwrite);                                                          \
    if (refuse_write(fd)) return -1;                                       \
    if (control->forgets && is_watched(fd)) note(fd, count, at);           \
    return real_pwrite(fd, bytes, count, at);                              \
  }
PWRITE(pwrite)
PWRITE(pwrite64)
