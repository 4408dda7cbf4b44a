/* The state of the processor in Unicorn. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicorn/unicorn.h>

/* XPSR of a handler, which may read and write all registers. */
#define HANDLER (1u << 24 | 1)
/* Bits of EPSR: instructions of an IT block are left. */
#define IT_STATE 0x0600fc00u
/* As `it` of a state: the bits that were kept last. */
#define KEPT (~0u)
#define KEPT_MAX 64

struct state {
  uint32_t r[16]; /* r[15]: the address of the next instruction, with EPSR.T as bit 0 */
  uint32_t apsr, ipsr, primask, basepri, faultmask, control;
  uint32_t other_sp; /* of the stack that is not in use */
  uint32_t fpscr;
  uint32_t s[32];
  uint32_t it; /* the IT bits of EPSR; or KEPT */
};

static uc_engine *uc;

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

static int general(int n) {
  static const int last[] = {UC_ARM_REG_SP, UC_ARM_REG_LR, UC_ARM_REG_PC};
  return n < 13 ? UC_ARM_REG_R0 + n : last[n - 13];
}

/* IT bits of interrupted code. */
static uint32_t kept[KEPT_MAX], kept_count;

static int uses_process_stack(const struct state *state) {
  return state->ipsr == 0 && (state->control & 2) != 0;
}

static uint32_t get_it(void) {
  return get(UC_ARM_REG_EPSR) & IT_STATE;
}

/* The bits lie in CPSR as they do in EPSR, and there they can be written. */
static void set_it(uint32_t it) {
  set(UC_ARM_REG_CPSR, (get(UC_ARM_REG_CPSR) & ~IT_STATE) | it);
}

static void keep_it(void) {
  if (kept_count == KEPT_MAX) die("too many exceptions", UC_ERR_OK);
  kept[kept_count++] = get_it();
}

static uint32_t kept_it(void) {
  if (kept_count == 0) die("no conditions were kept", UC_ERR_OK);
  return kept[--kept_count];
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
  set_it(state->it == KEPT ? kept_it() : state->it);
}

static void get_state(struct state *state) {
  for (int n = 0; n < 16; n++) state->r[n] = get(general(n));
  state->it = get_it();
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
  set_it(state->it);
  state->fpscr = get(UC_ARM_REG_FPSCR);
  for (int n = 0; n < 32; n++) state->s[n] = get(UC_ARM_REG_S0 + n);
}

