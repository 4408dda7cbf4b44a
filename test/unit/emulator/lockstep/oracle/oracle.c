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
 * its kind and size, its address, its value; RUN leaves out writes to RAM. Devices answer reads with the values fed, and
 * without any with a number that depends on the address alone.
 */
#include "memory.h"

enum { STATE = 1, WRITE, FEED, STEP, RUN, READ, KEEP };

/* Where no instruction of a test lies: Unicorn stops before it. */
#define NOWHERE 0xeffffff0u
/* From here on, an address in the PC ends an exception (ARMv7-M ARM B1.5.8). */
#define EXCEPTION_RETURN 0xf0000000u
#define UNLIMITED (~0u)

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
  uint32_t start, end, it;
  budget = instructions;
  has_stopped = 0;
  while (!has_stopped && budget > 0) {
    it = get_it();
    start = get(UC_ARM_REG_PC);
    error = uc_emu_start(uc, start | 1, NOWHERE, 0, 0);
    if (error) return get(UC_ARM_REG_PC) >= EXCEPTION_RETURN ? UC_ERR_OK : error;
    /* A block that begins within an IT block clears these bits before it is stopped. */
    if (has_stopped && get(UC_ARM_REG_PC) == start) set_it(it);
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
    while (!error && get_it() != 0);
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
  case KEEP: keep_it(); break;
  default: die("an unknown command", UC_ERR_OK);
  }
}

int main(void) {
  uc_hook hook;
  uint32_t command;
  uc_err error = uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &uc);
  if (!error) error = uc_ctl_set_cpu_model(uc, UC_CPU_ARM_CORTEX_M4);
  if (error) die("Unicorn", error);
  map_memory();
  uc_hook_add(uc, &hook, UC_HOOK_BLOCK, on_block, NULL, 1, 0);
  set(UC_ARM_REG_FPEXC, 1u << 30);
  while (take(&command)) obey(command);
  return 0;
}
