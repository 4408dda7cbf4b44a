/* Flash, RAM and devices in Unicorn, and what is read and written there. */
#include "state.h"
#include <string.h>

enum { RAM_WRITE = 0x100, DEVICE_READ = 0x200, DEVICE_WRITE = 0x300 };

#define FLASH_AT 0x08000000u
#define FLASH_BYTES 0x80000u
#define RAM_AT 0x20000000u
#define RAM_BYTES 0x18000u
#define ACCESSES_MAX (1 << 22)

struct access {
  uint32_t kind_and_size, address, value;
};

static uint8_t *flash, *ram;
static struct access accesses[ACCESSES_MAX];
static uint32_t access_count;
static int leaves_out_ram;
static uint32_t *feed;
static uint32_t feed_at, feed_count;

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

static void map_memory(void) {
  uc_hook hook;
  uc_err error;
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
  uc_hook_add(uc, &hook, UC_HOOK_MEM_WRITE, on_ram_write, NULL, RAM_AT, RAM_AT + RAM_BYTES - 1);
}
