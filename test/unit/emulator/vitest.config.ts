import { defineConfig } from 'vitest/config';
import { fromSources, settings } from '../../tools/runner/settings.ts';
import { firmwareTests } from './run/files.ts';

/**
 * `npm run test:board`: every test that needs Espruino's own firmware, which `ESPRUINO_ARM`, `ESPRUINO_WIFI` and `ESPRUINO_RP2040` name.
 */
export default defineConfig({ ...fromSources, test: { ...settings, include: firmwareTests(process.env) } });
