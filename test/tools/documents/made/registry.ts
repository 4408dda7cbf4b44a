import { fobPicture } from '../../../unit/boards/rpi-pico-fob.ts';
import { picoWiring, rpiPicoWiring } from '../../../unit/boards/wiring.ts';
import { figureParts, pictures } from '../../bench/figures/page.ts';
import { architectureParts } from './architecture.ts';
import { boardParts } from './boards.ts';
import { carrierParts } from './carrier.ts';
import { cliParts } from './cli.ts';
import { doorParts } from './doors.ts';
import { errorParts } from './errors.ts';
import { espruinoParts } from './espruino.ts';
import type { MadeFile, MadePart } from './part.ts';
import { protocolParts } from './protocol.ts';
import { scenarioParts, scenarioSchemaFile } from './scenarios.ts';
import { serviceParts } from './service.ts';
import { simulatorParts } from './simulator.ts';

/** Every part of the documents that the code gives. */
export const madeParts: readonly MadePart[] = [
  ...architectureParts,
  ...boardParts,
  ...carrierParts,
  ...cliParts,
  ...doorParts,
  ...errorParts,
  ...espruinoParts,
  ...figureParts,
  ...protocolParts,
  ...scenarioParts,
  ...serviceParts,
  ...simulatorParts,
];

/** Every file that `npm run docs` makes as a whole. */
export const madeFiles: readonly MadeFile[] = [
  { path: 'docs/images/pico-wiring.svg', make: picoWiring },
  { path: 'docs/images/rpi-pico-wiring.svg', make: rpiPicoWiring },
  { path: 'docs/images/rpi-pico-fob.svg', make: fobPicture },
  scenarioSchemaFile,
  ...pictures(),
];
