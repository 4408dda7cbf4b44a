import { play, type Stage, scripts } from '../kit/register-script.ts';
import { makeOtg } from './usb-fixture.ts';

/** With OUT endpoint 1 for so many bulk packets of 8 bytes. */
const makeBulk = (packets: number) => (): Stage => {
  const stage = makeOtg();
  play(
    stage,
    `attach; GRXFSIZ = 64; DOEPTSIZ1 = ${packets} << 19 | ${8 * packets}
     DOEPCTL1 = ENABLE | CNAK | DATA0 | BULK | ACTIVE | 8`,
  );
  return stage;
};

const FULL = '1 2 3 4 5 6 7 8';

scripts('SETUP packets and endpoint 0 of OTG FS (RM0368 §22.17.6)', makeOtg)`
  a SETUP packet is taken whatever NAK and STALL say, and clears STALL:
    attach; DOEPCTL = SNAK | STALL; DIEPCTL = STALL; in 0 0 is stall; setup 0 is ack
    DIEPCTL has NAKSTS; DIEPCTL lacks STALL; DOEPCTL has NAKSTS; DOEPCTL lacks STALL

  software cannot clear STALL of endpoint 0:
    attach; DIEPCTL = STALL; DIEPCTL = 0; DIEPCTL has STALL

  the stage ends with the next token, and STUP comes when software pops that entry:
    attach; DOEPTSIZ = 3 << 29 | 1 << 19 | 24; setup 0 is ack; pop is 0 6 8 1000680 120000; GINTSTS lacks RXFLVL
    in 0 0 is nak; GINTSTS has RXFLVL; DOEPINT is 0; pop is 0 4 0; DOEPINT is 8; DOEPTSIZ has 2 << 29
    DOEPTSIZ lacks 1 << 29

  more than three SETUP packets in a row raise B2BSTUP:
    attach; DOEPTSIZ = 3 << 29; read setup 0; read setup 0; read setup 0; DOEPINT is 0; read setup 0; DOEPINT is 0x40

  an endpoint that is not active does not answer, and one that is not enabled says NAK:
    attach; out 0 1 DATA0 1 is silent; DOEPCTL1 = ACTIVE | 8; out 0 1 DATA0 1 is nak; out 0 7 DATA0 1 is silent

  an OUT token for endpoint 0 while it is not enabled raises OTEPDIS:
    attach; out 0 0 DATA1 is nak; DOEPINT is 0x10
`;

scripts('OUT transfers of OTG FS (RM0368 §22.17.6)', makeBulk(4))`
  a short packet ends the transfer, with NAK at once and XFRC when software pops the entry:
    out 0 1 DATA0 ${FULL} is ack; out 0 1 DATA1 9 10 11 12 13 is ack; out 0 1 DATA0 14 is nak
    pop is 1 2 8 4030201 8070605; pop is 1 2 5 c0b0a09 d; DOEPINT1 is 0; DOEPCTL1 has ENABLE
    pop is 1 3 0; DOEPINT1 is 1; DOEPCTL1 lacks ENABLE; DOEPTSIZ1 is 2 << 19 | 32 - 13

  a packet that the host sends again is acknowledged and dropped:
    out 0 1 DATA0 ${FULL} is ack; out 0 1 DATA0 ${FULL} is ack; read pop; GINTSTS lacks RXFLVL

  a packet that is larger than MPSIZ gets no answer:
    out 0 1 DATA0 ${FULL} 9 is silent

  a halted endpoint says STALL, and SD0PID makes the next packet DATA0:
    read out 0 1 DATA0 ${FULL}; DOEPCTL1 |= STALL; out 0 1 DATA1 1 is stall
    DOEPCTL1 &= ~STALL; DOEPCTL1 |= DATA0; read out 0 1 DATA0 42; read pop; pop is 1 2 1 2a

  the global OUT NAK takes effect when software pops its entry:
    DCTL = 1 << 9; out 0 1 DATA0 1 is nak; GINTSTS lacks GONAKEFF; pop is 0 1 0; GINTSTS has GONAKEFF
    DCTL = 1 << 10; GINTSTS lacks GONAKEFF; out 0 1 DATA0 1 is ack

  a disabled endpoint raises EPDISD, while OUT endpoint 0 cannot be disabled:
    DOEPCTL1 = DISABLE | SNAK | ACTIVE | 8; DOEPINT1 is 2; DOEPCTL1 lacks ENABLE
    DOEPCTL = ENABLE; DOEPCTL = DISABLE; DOEPCTL has ENABLE
`;

scripts('OUT transfers of OTG FS of two packets', makeBulk(2))`
  a transfer ends when its packets are counted down:
    out 0 1 DATA0 ${FULL} is ack; out 0 1 DATA1 ${FULL} is ack; out 0 1 DATA0 ${FULL} is nak
`;

scripts('the receive FIFO of OTG FS', makeBulk(20))`
  data that does not fit into the receive FIFO gets NAK, and SETUP packets still fit:
    GRXFSIZ = 10 + 10; out 0 1 DATA0 ${FULL} is ack; out 0 1 DATA1 ${FULL} is ack; out 0 1 DATA0 ${FULL} is ack
    out 0 1 DATA1 ${FULL} is nak; setup 0 is ack; read pop; read pop; out 0 1 DATA1 ${FULL} is ack

  space in the receive FIFO is news to the host:
    GRXFSIZ = 10 + 5; out 0 1 DATA0 ${FULL} is ack; out 0 1 DATA1 ${FULL} is nak; read GRXSTSP; news is 3
    out 0 1 DATA1 ${FULL} is nak; read FIFO; news is 4; out 0 1 DATA1 ${FULL} is ack
    read FIFO; pop is 1 2 8 4030201 8070605
`;
