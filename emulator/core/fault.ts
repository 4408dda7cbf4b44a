/** Reasons for which the processor cannot execute an instruction, as bits of CFSR (ARMv7-M ARM B3.2.15). */
export type FaultKind =
  /** UFSR.UNDEFINSTR */
  | 'undefined-instruction'
  /** UFSR.INVSTATE: a branch to an even address, where the PC is now. */
  | 'invalid-state'
  /** UFSR.NOCP: a floating-point instruction while CPACR denies it. */
  | 'no-coprocessor'
  /** UFSR.UNALIGNED: LDM, STM, LDRD, STRD and exclusives at addresses that are no multiple of four. */
  | 'unaligned'
  /** UFSR.DIVBYZERO, if CCR.DIV_0_TRP asks for it. */
  | 'division-by-zero'
  /** HFSR.DEBUGEVT: BKPT without a debugger. */
  | 'breakpoint'
  /** BFSR.IBUSERR: no memory where the PC points. */
  | 'instruction-bus'
  /** BFSR.PRECISERR: no memory and no peripheral at the address. */
  | 'data-bus'
  /** BFSR.STKERR and UNSTKERR */
  | 'stacking'
  /** UFSR.INVPC: an EXC_RETURN that fits no active exception. */
  | 'invalid-return';

/** Thrown by an instruction. What it has done before stays done: words of an STM or STRD, registers of an LDM, LR of a BLX. */
export class ProcessorFault extends Error {
  readonly kind: FaultKind;
  /** Of the access that failed, or of the instruction. */
  readonly address: number;

  /** @param detail for the message */
  constructor(kind: FaultKind, address: number, detail = '') {
    super(`${kind} at ${(address >>> 0).toString(16).padStart(8, '0')}${detail === '' ? '' : `: ${detail}`}`);
    this.kind = kind;
    this.address = address >>> 0;
  }
}
