/** Bits of the registers of OTG FS in device mode, by the names of RM0368 §22.16. */
export const GOTGCTL = { CIDSTS: 1 << 16, BSVLD: 1 << 19 } as const;
export const GOTGINT = { SEDET: 1 << 2 } as const;
export const GAHBCFG = { GINTMSK: 1 << 0, TXFELVL: 1 << 7 } as const;
export const GRSTCTL = { CSRST: 1 << 0, RXFFLSH: 1 << 4, TXFFLSH: 1 << 5, AHBIDL: 1 << 31 } as const;
export const GCCFG = { PWRDWN: 1 << 16, VBUSBSEN: 1 << 19, NOVBUSSENS: 1 << 21 } as const;

export const GINTSTS = {
  MMIS: 1 << 1,
  OTGINT: 1 << 2,
  SOF: 1 << 3,
  RXFLVL: 1 << 4,
  GINAKEFF: 1 << 6,
  GOUTNAKEFF: 1 << 7,
  ESUSP: 1 << 10,
  USBSUSP: 1 << 11,
  USBRST: 1 << 12,
  ENUMDNE: 1 << 13,
  ISOODRP: 1 << 14,
  EOPF: 1 << 15,
  IEPINT: 1 << 18,
  OEPINT: 1 << 19,
  IISOIXFR: 1 << 20,
  IPXFR: 1 << 21,
  CIDSCHG: 1 << 28,
  DISCINT: 1 << 29,
  SRQINT: 1 << 30,
  WKUPINT: 1 << 31,
} as const;

export const DCTL = {
  RWUSIG: 1 << 0,
  SDIS: 1 << 1,
  GINSTS: 1 << 2,
  GONSTS: 1 << 3,
  SGINAK: 1 << 7,
  CGINAK: 1 << 8,
  SGONAK: 1 << 9,
  CGONAK: 1 << 10,
} as const;
export const DSTS = { SUSPSTS: 1 << 0, ENUMSPD_FULL: 3 << 1 } as const;

/** Of DIEPCTLx and DOEPCTLx alike. */
export const EPCTL = {
  MPSIZ: 0x7ff,
  USBAEP: 1 << 15,
  DPID: 1 << 16,
  NAKSTS: 1 << 17,
  EPTYP: 3 << 18,
  SNPM: 1 << 20,
  STALL: 1 << 21,
  TXFNUM: 15 << 22,
  CNAK: 1 << 26,
  SNAK: 1 << 27,
  SD0PID: 1 << 28,
  EPDIS: 1 << 30,
  EPENA: 1 << 31,
} as const;

export const DIEPINT = {
  XFRC: 1 << 0,
  EPDISD: 1 << 1,
  TOC: 1 << 3,
  ITTXFE: 1 << 4,
  INEPNE: 1 << 6,
  TXFE: 1 << 7,
} as const;

export const DOEPINT = {
  XFRC: 1 << 0,
  EPDISD: 1 << 1,
  STUP: 1 << 3,
  OTEPDIS: 1 << 4,
  B2BSTUP: 1 << 6,
} as const;

/** Of DIEPTSIZx and DOEPTSIZx: fields and where they begin. */
export const EPTSIZ = { XFRSIZ: 0x7ffff, PKTCNT_AT: 19, PKTCNT: 0x3ff << 19, STUPCNT_AT: 29 } as const;

/** Values of PKTSTS in GRXSTSR and GRXSTSP (RM0368 §22.16.2). */
export const PKTSTS = {
  GLOBAL_OUT_NAK: 1,
  DATA: 2,
  TRANSFER_COMPLETE: 3,
  SETUP_COMPLETE: 4,
  SETUP: 6,
} as const;
