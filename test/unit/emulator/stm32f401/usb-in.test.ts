import { play, type Stage, scripts } from '../kit/register-script.ts';
import { makeOtg } from './usb-fixture.ts';

/** With IN endpoint 1 for bulk packets of 8 bytes, through FIFO 1. `begin` starts a transfer of packets and bytes. */
function makeBulk(): Stage {
  const stage = makeOtg();
  play(stage, 'attach; DIEPTXF1 = 16 << 16 | 64; DIEPCTL1 = ACTIVE | BULK | 1 << 22 | 8');
  const begin = (packets: unknown, bytes: unknown) =>
    play(
      stage,
      `DIEPTSIZ1 = ${packets} << 19 | ${bytes}; DIEPCTL1 = ACTIVE | BULK | 1 << 22 | 8 | ENABLE | CNAK`,
    );
  const names = { ...stage.names, CONTROL: (1 << 15) | (2 << 18) | (1 << 22) | 8, XFRC: 1, EPDISD: 2 };
  return {
    ...stage,
    names: { ...names, ITTXFE: 0x10, INEPNE: 0x40, TXFE: 0x80 },
    acts: { ...stage.acts, begin },
  };
}

scripts('IN transfers of OTG FS (RM0368 §22.17.6)', makeBulk)`
  a token gets NAK until the whole packet is in the FIFO:
    in 0 1 is nak; begin 1 6; FIFO1 = 0x04030201; in 0 1 is nak; FIFO1 = 0xffff0605; in 0 1 is DATA0 1 2 3 4 5 6

  XFRC comes with the last packet and disables the endpoint:
    begin 2 12; FIFO1 = 1; FIFO1 = 2; FIFO1 = 3; DIEPTSIZ1 is 2 << 19
    in 0 1 is DATA0 1 0 0 0 2 0 0 0; DIEPINT1 lacks XFRC; in 0 1 is DATA1 3 0 0 0; DIEPINT1 has XFRC
    DIEPCTL1 lacks ENABLE; in 0 1 is nak

  a packet without bytes needs no data, alone or after full packets:
    begin 1 0; in 0 1 is DATA0; begin 2 8; in 0 1 is nak
    FIFO1 = 1; FIFO1 = 2; in 0 1 is DATA1 1 0 0 0 2 0 0 0; in 0 1 is DATA0

  data written before the endpoint is enabled goes out afterwards:
    FIFO1 = 0x44; in 0 1 is nak; begin 1 1; in 0 1 is DATA0 68

  TXFE follows the level that TXFELVL selects, and DIEPEMPMSK lets it through:
    GAHBCFG = 1; GINTMSK = 1 << 18; DAINTMSK = 2; DIEPINT1 has TXFE; irq is nothing
    DIEPEMPMSK = 2; irq is OTG_FS; DAINT is 2; FIFO1 = 1; DIEPINT1 has TXFE
    GAHBCFG = 0x81; DIEPINT1 lacks TXFE; irq is nothing; DTXFSTS1 is 15

  a token for an enabled endpoint without data raises ITTXFE:
    begin 1 4; read in 0 1; DIEPINT1 has ITTXFE

  a token under NAK raises no ITTXFE, while SNAK raises INEPNE and CNAK clears it:
    begin 1 4; DIEPCTL1 = CONTROL | SNAK; in 0 1 is nak; DIEPINT1 lacks ITTXFE; DIEPINT1 has INEPNE
    DIEPCTL1 = CONTROL | CNAK; DIEPINT1 lacks ITTXFE | INEPNE

  the global IN NAK holds all endpoints:
    begin 1 1; FIFO1 = 7; DCTL = 1 << 7; GINTSTS has GINAKEFF; in 0 1 is nak; DCTL = 1 << 8; in 0 1 is DATA0 7

  STALL comes before NAK:
    DIEPCTL1 = CONTROL | STALL | SNAK; in 0 1 is stall

  a disabled endpoint keeps its data until the FIFO is flushed:
    begin 1 8; FIFO1 = 1; DIEPCTL1 = CONTROL | DISABLE | SNAK; DIEPINT1 has EPDISD; DTXFSTS1 is 15
    GRSTCTL = 1 << 6 | TXFFLSH; GRSTCTL lacks TXFFLSH; DTXFSTS1 is 16; begin 1 1; FIFO1 = 9; in 0 1 is DATA0 9

  a transfer whose data was flushed sends nothing, not even an empty packet:
    begin 1 1; FIFO1 = 9; GRSTCTL = 1 << 6 | TXFFLSH; DIEPCTL1 |= 0; in 0 1 is nak

  a reset of the bus leaves data in the FIFO, which software has to flush:
    begin 1 1; FIFO1 = 9; drive reset; drive frames; DTXFSTS1 is 15

  words beyond the depth of the FIFO are lost:
    ${'FIFO1 = 5; '.repeat(20)} DTXFSTS1 is 0
`;
