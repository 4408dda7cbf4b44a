import { test } from 'vitest';
import { play, scripts } from '../kit/register-script.ts';
import { makeOtg } from './usb-fixture.ts';

scripts('the session of OTG FS (RM0368 §22.5.1)', makeOtg)`
  the pull-up needs the transceiver, a valid session and no soft disconnect:
    vbus on; attached is false; GCCFG = PWRDWN; attached is false; GCCFG = POWERED; attached is true
    DCTL = 2; attached is false; DCTL = 0; vbus off; attached is false

  without sensing, a session is always valid:
    GCCFG = PWRDWN | NOVBUSSENS; attached is true

  VBUS raises SRQINT as it comes and SEDET as it goes:
    GCCFG = POWERED; vbus on; lines is SRQINT; GOTGCTL has 1 << 19
    GINTSTS = SRQINT; vbus off; lines is OTGINT; GOTGINT is 4; GOTGINT = 4; lines is 0
`;

scripts('the lines of OTG FS (RM0368 §22.5.2 and §22.17.5)', makeOtg)`
  a reset raises USBRST as it begins and ENUMDNE as it is over, at full speed:
    attach idle; GINTSTS = ALL; drive reset; lines is USBRST; drive frames; lines is USBRST | ENUMDNE
    DSTS has FULL_SPEED

  a reset deactivates all endpoints but endpoint 0:
    attach; DIEPCTL1 = ACTIVE | 8; in 0 1 is nak; drive reset; drive frames; in 0 1 is silent; in 0 0 is nak

  idleness raises ESUSP after 3 ms and USBSUSP 3 ms later:
    attach; GINTSTS = ALL; drive idle; 2_990 us; lines is 0; 20 us; lines is ESUSP
    2_980 us; DSTS lacks SUSPENDED; 20 us; lines is ESUSP | USBSUSP; DSTS has SUSPENDED

  a resume ends the suspension with WKUPINT and the event of EXTI line 18:
    attach idle; 7_000 us; GINTSTS = ALL; drive resume; lines is WKUPINT; DSTS lacks SUSPENDED; wakeups is 1

  a suspended device asks the host to resume by RWUSIG:
    attach idle; DCTL = 1; asked is 0; DCTL = 0; 7_000 us; DCTL = 1; asked is 1

  each frame raises SOF and is numbered, whether or not the host tells of it:
    attach; GINTSTS = ALL; lines is 0; number 0x803; lines is SOF; frame is 3; GINTSTS = SOF; lines is 0

  frames are wanted one by one only while their interrupt is let through:
    attach; GAHBCFG = 1; frames is false; news is 1; GINTMSK = SOF; frames is true; news is 2
    number 1; sof; irq is OTG_FS; GINTSTS = SOF; irq is nothing
`;

scripts('addresses and resets of OTG FS (RM0368 §22.16 and §22.17.5)', makeOtg)`
  the old address is answered until the host uses the new one:
    attach; DCFG = 5 << 4; in 0 0 is nak; in 5 0 is nak; in 0 0 is silent; setup 6 is silent

  without 48 MHz no token is answered:
    attach; clock 0; in 0 0 is silent; clock 47e6; out 0 0 DATA1 is silent; clock 48e6; in 0 0 is nak

  a soft reset of the core brings the reset values back and empties the FIFOs:
    attach; GINTMSK = SOF; read setup 0; GINTSTS has RXFLVL; GRSTCTL = 1; GRSTCTL is 0x80000000
    GINTSTS lacks RXFLVL; GINTMSK is 0; attached is false

  a reset of the chip gives the interrupt and the pull-up up:
    attach; GINTMSK = ALL; GAHBCFG = 1; irq is OTG_FS; reset; irq is nothing; attached is false
`;

test('each access to OTG FS costs its wait states', () =>
  play(makeOtg({ waitTicks: 3 }), 'read GINTSTS; GINTMSK = 0; ticks is 6'));
