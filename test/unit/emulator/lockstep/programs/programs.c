/*
 * Small programs of the kinds that firmware consists of. `programs.ts` holds what this makes of them:
 *
 *   arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O2 -fwrapv -ffreestanding -nostdlib -fno-toplevel-reorder \
 *     -fno-tree-loop-distribute-patterns -Wl,-Ttext=0x08000000 -Wl,-Tdata=0x20000000 -Wl,-e,start \
 *     programs.c -lgcc -o programs.elf
 *   arm-none-eabi-objcopy -O binary programs.elf programs.bin
 */
#include <stdint.h>

#define RAM ((uint8_t *)0x20000000)

int program(void);

/* Leaves its checksum in R0 and stays at `finished`, the second word. */
__attribute__((naked)) void start(void) {
  __asm__ volatile("bl program\n nop.w\n finished: b finished\n");
}

static uint32_t seed;

static uint32_t next_random(void) {
  seed = seed * 1664525 + 1013904223;
  return seed;
}

/* Unaligned copies, forwards and backwards. */
static void move(uint8_t *to, const uint8_t *from, uint32_t count) {
  if (to < from) {
    for (; count >= 4; count -= 4, to += 4, from += 4) *(uint32_t *)to = *(const uint32_t *)from;
    while (count--) *to++ = *from++;
  } else {
    while (count--) to[count] = from[count];
  }
}

static void fill(uint8_t *at, uint32_t count) {
  while (count--) *at++ = next_random() >> 24;
}

static uint32_t rotate(uint32_t x, int by) {
  return x >> by | x << (32 - by);
}

/* SHA-256 (FIPS 180-4) of one block, with round constants that are none of its own: they are as good for this. */
static void hash(uint32_t *state, const uint8_t *block) {
  uint32_t w[64], v[8];
  for (int i = 0; i < 16; i++) w[i] = __builtin_bswap32(((const uint32_t *)block)[i]);
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  for (int i = 0; i < 8; i++) v[i] = state[i];
  for (int i = 0; i < 64; i++) {
    uint32_t e = v[4], a = v[0];
    uint32_t t1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + i * 0x428a2f98u + w[i];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
    for (int k = 7; k > 0; k--) v[k] = v[k - 1];
    v[4] += t1;
    v[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) state[i] += v[i];
}

/* Divisions of 32 and of 64 bits, signed and unsigned, the latter by the compiler's library. */
static uint32_t divide(void) {
  uint32_t sum = 0;
  for (int i = 0; i < 40; i++) {
    uint32_t a = next_random(), b = next_random() >> (i & 31) | 1;
    int64_t c = (int64_t)(int32_t)a * (int32_t)next_random();
    sum += a / b + a % b + (uint32_t)((int32_t)a / (int32_t)b);
    sum ^= (uint32_t)(c / (int32_t)b) + (uint32_t)((uint64_t)c % b);
  }
  return sum;
}

static void sort(int32_t *numbers, int count) {
  for (int gap = count / 2; gap > 0; gap /= 2)
    for (int i = gap; i < count; i++) {
      int32_t number = numbers[i];
      int k = i;
      for (; k >= gap && numbers[k - gap] > number; k -= gap) numbers[k] = numbers[k - gap];
      numbers[k] = number;
    }
}

/* Conditions without branches, and conditions with them. */
static uint32_t choose(void) {
  uint32_t sum = 0;
  for (int i = 0; i < 60; i++) {
    int32_t a = next_random(), b = next_random(), c = a < b ? a : b;
    uint8_t byte = a >> 11;
    if (c < -1000) c = -c;
    if (byte > 200 && (b & 1)) c ^= 0x55;
    else if (byte < 30 || (a ^ b) < 0) c += byte;
    sum += c > 65535 ? 65535 : c < 0 ? -1 : c;
    sum += (int16_t)a + (int8_t)b + (uint16_t)(a >> 5);
    sum = sum << 3 | (b >> 7 & 7);
  }
  return sum;
}

/* An interpreter of bytes: a table branch. */
static uint32_t interpret(const uint8_t *code, uint32_t count) {
  uint32_t a = 1, b = 2, t;
  while (count--) {
    switch (*code++ & 15) {
    case 0: a += b; break;
    case 1: a -= b; break;
    case 2: a ^= b; break;
    case 3: t = a; a = b; b = t; break;
    case 4: a = rotate(a, 5); break;
    case 5: b = __builtin_clz(a | 1); break;
    case 6: a *= 31; break;
    case 7: a = __builtin_bswap32(a); break;
    case 8: b += (uint16_t)a; break;
    case 9: a &= ~b; break;
    case 10: b |= a >> 9; break;
    default: a ^= *code; break;
    }
  }
  return a ^ b;
}

/* CRC-32 by bits, and Fletcher sums with halves. */
static uint32_t check(const uint8_t *at, uint32_t count) {
  uint32_t crc = ~0u, low = 1, high = 0;
  for (uint32_t i = 0; i < count; i++) {
    crc ^= at[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    low = (low + at[i]) % 65521;
    high = (high + low) % 65521;
  }
  return crc ^ (high << 16 | low);
}

static uint64_t product(const uint32_t *a, uint32_t count) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i + 1 < count; i++) sum += (uint64_t)a[i] * a[i + 1] - (sum >> 13);
  return sum;
}

int program(void) {
  uint32_t state[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  uint8_t *data = RAM + 0x100;
  seed = 20;
  fill(data, 1024);
  move(data + 301, data + 7, 203);
  move(data + 402, data + 400, 97);
  for (int i = 0; i < 3; i++) hash(state, data + i * 64);
  sort((int32_t *)(data + 512), 60);
  uint64_t sum = product((uint32_t *)data, 100);
  return check(data, 300) ^ divide() ^ choose() ^ interpret(data, 500) ^ state[7] ^ (uint32_t)(sum >> 32) ^ (uint32_t)sum;
}
