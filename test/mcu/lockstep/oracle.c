/*
 * An independent Cortex-M4: Unicorn (QEMU's translator) driven by commands on stdin. Every command and every reply is a
 * sequence of 32-bit numbers, little-endian:
 *
 *   STATE  the 57 numbers of `struct state`            replaces the whole state of the processor
 *   WRITE  address, bytes, the bytes padded to numbers  changes memory, also flash
 *   FEED   count, the numbers                           values for the next reads of devices, in their order
 *   STEP   instructions                                 executes so many, an IT block counting as one
 *   RUN    instructions                                 executes exactly so many, a skipped one counting, too
 *   READ   address, bytes                               replies with the bytes padded to numbers
 *   KEEP   nothing                                      keeps the IT bits for a later STATE, as an exception does
 *
 * STEP and RUN reply with Unicorn's error code, the state, the count of accesses and three numbers for each of them:
 * its kind and size, its address, its value; RUN leaves out writes to RAM. Devices answer reads with the values fed, and without any with a number
 * that depends on the address alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

enum { STATE = 1, WRITE, FEED, STEP, RUN, READ, KEEP };
enum { RAM_WRITE = 0x100, DEVICE_READ = 0x200, DEVICE_WRITE = 0x300 };

#define FLASH_AT 0x08000000u
#define FLASH_BYTES 0x80000u
#define RAM_AT 0x20000000u
#define RAM_BYTES 0x18000u
#define ACCESSES_MAX (1 << 22)
/* Where no instruction of a test lies: Unicorn stops before it. */
#define NOWHERE 0xeffffff0u
/* From here on, an address in the PC ends an exception (ARMv7-M ARM B1.5.8). */
#define EXCEPTION_RETURN 0xf0000000u
/* XPSR of a handler, which may read and write all registers. */
#define HANDLER (1u << 24 | 1)
/* Bits of EPSR: instructions of an IT block are left. */
#define IT_STATE 0x0600fc00u
#define UNLIMITED (~0u)
#define KEPT (~0u)
#define KEPT_MAX 64

struct state {
  uint32_t r[16]; /* r[15]: the address of the next instruction, with EPSR.T as bit 0 */
  uint32_t apsr, ipsr, primask, basepri, faultmask, control;
  uint32_t other_sp; /* of the stack that is not in use */
  uint32_t fpscr;
  uint32_t s[32];
  uint32_t it; /* the IT bits of EPSR; KEPT: those that were kept last */
};

struct access {
  uint32_t kind_and_size, address, value;
};

static uc_engine *uc;
static uint8_t *flash, *ram;
static struct access accesses[ACCESSES_MAX];
static uint32_t access_count;
static int leaves_out_ram;
static uint32_t *feed;
static uint32_t feed_at, feed_count;

static void die(const char *reason, uc_err error) {
  fprintf(stderr, "oracle: %s: %s\n", reason, uc_strerror(error));
  exit(1);
}

static uint32_t get(int reg) {
  uint32_t value = 0;
  uc_reg_read(uc, reg, &value);
  return value;
}

static void set(int reg, uint32_t value) {
  uc_reg_write(uc, reg, &value);
}

/* ---- numbers in and out ---- */

static int take(uint32_t *value) {
  return fread(value, 4, 1, stdin) == 1;
}

static void take_all(void *to, uint32_t numbers) {
  if (fread(to, 4, numbers, stdin) != numbers) die("the command is not complete", UC_ERR_OK);
}

static uint32_t take_one(void) {
  uint32_t value;
  take_all(&value, 1);
  return value;
}

/* ---- state ---- */

static int general(int n) {
  static const int last[] = {UC_ARM_REG_SP, UC_ARM_REG_LR, UC_ARM_REG_PC};
  return n < 13 ? UC_ARM_REG_R0 + n : last[n - 13];
}

/* IT bits of interrupted code. */
static uint32_t kept[KEPT_MAX], kept_count;

static int uses_process_stack(const struct state *state) {
  return state->ipsr == 0 && (state->control & 2) != 0;
}

static void set_state(const struct state *state) {
  int is_process = uses_process_stack(state);
  /* Only privileged software writes these, and a handler always is. */
  set(UC_ARM_REG_XPSR, HANDLER);
  set(UC_ARM_REG_CONTROL, 0);
  set(UC_ARM_REG_PRIMASK, state->primask);
  set(UC_ARM_REG_BASEPRI, state->basepri);
  set(UC_ARM_REG_FAULTMASK, state->faultmask);
  set(UC_ARM_REG_MSP, is_process ? state->other_sp : state->r[13]);
  set(UC_ARM_REG_PSP, is_process ? state->r[13] : state->other_sp);
  /* FPCA goes with a bit of ARMv8-M, without which FPSCR would be reset. */
  set(UC_ARM_REG_CONTROL, state->control | (state->control & 4) << 1);
  set(UC_ARM_REG_FPSCR, state->fpscr);
  for (int n = 0; n < 32; n++) set(UC_ARM_REG_S0 + n, state->s[n]);
  set(UC_ARM_REG_XPSR, 1u << 24 | state->ipsr);
  set(UC_ARM_REG_APSR_NZCVQG, state->apsr);
  for (int n = 0; n < 15; n++) if (n != 13) set(general(n), state->r[n]);
  set(UC_ARM_REG_PC, state->r[15] | 1);
  /* The bits lie in CPSR as they do in EPSR, and there they can be written. */
  set(UC_ARM_REG_CPSR, (get(UC_ARM_REG_CPSR) & ~IT_STATE) | (state->it == KEPT ? kept[--kept_count] : state->it));
}

static void get_state(struct state *state) {
  for (int n = 0; n < 16; n++) state->r[n] = get(general(n));
  state->it = get(UC_ARM_REG_EPSR) & IT_STATE;
  state->r[15] = (state->r[15] & ~1u) | (get(UC_ARM_REG_EPSR) >> 24 & 1);
  state->apsr = get(UC_ARM_REG_APSR) & 0xf80f0000u;
  state->ipsr = get(UC_ARM_REG_IPSR);
  state->control = get(UC_ARM_REG_CONTROL) & 7;
  set(UC_ARM_REG_XPSR, HANDLER);
  state->primask = get(UC_ARM_REG_PRIMASK);
  state->basepri = get(UC_ARM_REG_BASEPRI);
  state->faultmask = get(UC_ARM_REG_FAULTMASK);
  state->other_sp = get(uses_process_stack(state) ? UC_ARM_REG_MSP : UC_ARM_REG_PSP);
  set(UC_ARM_REG_XPSR, 1u << 24 | state->ipsr);
  set(UC_ARM_REG_APSR_NZCVQG, state->apsr);
  state->fpscr = get(UC_ARM_REG_FPSCR);
  for (int n = 0; n < 32; n++) state->s[n] = get(UC_ARM_REG_S0 + n);
}

/* ---- memory and devices ---- */

static void record(uint32_t kind, uint32_t size, uint32_t address, uint32_t value) {
  if (access_count == ACCESSES_MAX) die("too many accesses in one run", UC_ERR_OK);
  accesses[access_count++] = (struct access){kind | size, address, value};
}

static uint32_t mask_of(uint32_t size) {
  return size == 4 ? ~0u : (1u << 8 * size) - 1;
}

static uint64_t read_device(uc_engine *engine, uint64_t offset, unsigned size, void *base) {
  uint32_t address = (uint32_t)(uintptr_t)base + (uint32_t)offset;
  uint32_t value = feed_at < feed_count ? feed[feed_at++] : address * 0x9e3779b1u ^ address >> 7;
  (void)engine;
  value &= mask_of(size);
  record(DEVICE_READ, size, address, value);
  return value;
}

static void write_device(uc_engine *engine, uint64_t offset, unsigned size, uint64_t value, void *base) {
  (void)engine;
  record(DEVICE_WRITE, size, (uint32_t)(uintptr_t)base + (uint32_t)offset, (uint32_t)value & mask_of(size));
}

static void on_ram_write(uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value, void *unused) {
  (void)engine, (void)type, (void)unused;
  if (leaves_out_ram) return;
  if (size == 8) { /* a double register */
    record(RAM_WRITE, 4, (uint32_t)address + 4, (uint32_t)((uint64_t)value >> 32));
    size = 4;
  }
  record(RAM_WRITE, (uint32_t)size, (uint32_t)address, (uint32_t)value & mask_of((uint32_t)size));
}

static int lies_in(uint32_t address, uint32_t bytes, uint32_t at, uint32_t size) {
  return address - at < size && bytes <= size - (address - at);
}

static uint8_t *memory_at(uint32_t address, uint32_t bytes) {
  if (lies_in(address, bytes, FLASH_AT, FLASH_BYTES)) return flash + (address - FLASH_AT);
  if (lies_in(address, bytes, 0, FLASH_BYTES)) return flash + address;
  if (lies_in(address, bytes, RAM_AT, RAM_BYTES)) return ram + (address - RAM_AT);
  die("no memory there", UC_ERR_OK);
  return NULL;
}

static void map_devices(uint32_t at, uint32_t bytes) {
  void *base = (void *)(uintptr_t)at;
  uc_err error = uc_mmio_map(uc, at, bytes, read_device, base, write_device, base);
  if (error) die("devices", error);
}

/* ---- execution ---- */

static uint32_t bytes_at(uint32_t pc) {
  uint16_t half;
  memcpy(&half, memory_at(pc, 2), 2);
  return half >> 11 >= 0x1d ? 4 : 2;
}

/* Instructions that may be executed before the next block. */
static uint32_t budget;
static int has_stopped;

/* Before each block: stops where it holds more instructions than are left. */
static void on_block(uc_engine *engine, uint64_t address, uint32_t size, void *unused) {
  uint32_t count = 0;
  (void)unused;
  for (uint32_t at = 0; at < size; at += bytes_at((uint32_t)address + at)) count++;
  has_stopped = count > budget;
  if (has_stopped) uc_emu_stop(engine);
  else budget -= count;
}

/*
 * Executes whole blocks while they fit, then up to the address where the instructions are used up. Unicorn's count is
 * of no use here: it leaves out what an IT block skips and never stops within one.
 */
static uc_err run(uint32_t instructions) {
  uc_err error;
  uint32_t start, end;
  budget = instructions;
  has_stopped = 0;
  while (!has_stopped && budget > 0) {
    error = uc_emu_start(uc, get(UC_ARM_REG_PC) | 1, NOWHERE, 0, 0);
    if (error) return get(UC_ARM_REG_PC) >= EXCEPTION_RETURN ? UC_ERR_OK : error;
  }
  if (budget == 0) return UC_ERR_OK;
  start = end = get(UC_ARM_REG_PC);
  for (; budget > 0; budget--) end += bytes_at(end);
  budget = UNLIMITED;
  /* A block that is already translated would not stop in its middle. */
  uc_ctl_remove_cache(uc, (uint64_t)start, (uint64_t)end);
  return uc_emu_start(uc, start | 1, end, 0, 0);
}

/* Executes instructions and IT blocks: Unicorn stops within a block only behind some instructions, such as VMSR. */
static uc_err step(uint32_t count) {
  uc_err error = UC_ERR_OK;
  budget = UNLIMITED;
  for (; count > 0 && !error; count--) {
    do error = uc_emu_start(uc, get(UC_ARM_REG_PC) | 1, NOWHERE, 0, 1);
    while (!error && (get(UC_ARM_REG_EPSR) & IT_STATE) != 0);
  }
  return error;
}

static void execute(uint32_t command) {
  uint32_t instructions = take_one(), result;
  struct state state;
  access_count = 0;
  leaves_out_ram = command == RUN;
  result = command == RUN ? run(instructions) : step(instructions);
  get_state(&state);
  fwrite(&result, 4, 1, stdout);
  fwrite(&state, sizeof state, 1, stdout);
  fwrite(&access_count, 4, 1, stdout);
  fwrite(accesses, sizeof accesses[0], access_count, stdout);
  fflush(stdout);
}

/* ---- commands ---- */

static void change_memory(void) {
  uint32_t address = take_one(), bytes = take_one();
  uint8_t padded[(bytes + 3) & ~3u];
  take_all(padded, (bytes + 3) / 4);
  memcpy(memory_at(address, bytes), padded, bytes);
  uc_ctl_remove_cache(uc, (uint64_t)address, (uint64_t)address + bytes);
}

static void send_memory(void) {
  uint32_t address = take_one(), bytes = take_one();
  fwrite(memory_at(address, bytes), 1, (bytes + 3) & ~3u, stdout);
  fflush(stdout);
}

static void obey(uint32_t command) {
  struct state state;
  switch (command) {
  case STATE:
    take_all(&state, sizeof state / 4);
    set_state(&state);
    break;
  case WRITE: change_memory(); break;
  case FEED:
    feed_count = take_one();
    feed_at = 0;
    feed = realloc(feed, 4 * (size_t)feed_count + 4);
    take_all(feed, feed_count);
    break;
  case STEP:
  case RUN: execute(command); break;
  case READ: send_memory(); break;
  case KEEP:
    if (kept_count == KEPT_MAX) die("too many exceptions", UC_ERR_OK);
    kept[kept_count++] = get(UC_ARM_REG_EPSR) & IT_STATE;
    break;
  default: die("an unknown command", UC_ERR_OK);
  }
}

int main(void) {
  uc_hook hooks[2];
  uint32_t command;
  uc_err error = uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &uc);
  if (!error) error = uc_ctl_set_cpu_model(uc, UC_CPU_ARM_CORTEX_M4);
  if (error) die("Unicorn", error);
  flash = aligned_alloc(4096, FLASH_BYTES);
  ram = aligned_alloc(4096, RAM_BYTES);
  memset(flash, 0xff, FLASH_BYTES);
  memset(ram, 0, RAM_BYTES);
  error = uc_mem_map_ptr(uc, FLASH_AT, FLASH_BYTES, UC_PROT_READ | UC_PROT_EXEC, flash);
  if (!error) error = uc_mem_map_ptr(uc, RAM_AT, RAM_BYTES, UC_PROT_ALL, ram);
  if (!error) error = uc_mem_map_ptr(uc, 0, FLASH_BYTES, UC_PROT_READ | UC_PROT_EXEC, flash);
  if (error) die("memory", error);
  map_devices(0x1fff0000, 0x00010000);
  map_devices(0x40000000, 0x20000000);
  map_devices(0xe0000000, 0x00100000);
  uc_hook_add(uc, &hooks[0], UC_HOOK_BLOCK, on_block, NULL, 1, 0);
  uc_hook_add(uc, &hooks[1], UC_HOOK_MEM_WRITE, on_ram_write, NULL, RAM_AT, RAM_AT + RAM_BYTES - 1);
  set(UC_ARM_REG_FPEXC, 1u << 30);
  while (take(&command)) obey(command);
  return 0;
}
