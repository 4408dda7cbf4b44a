/** A build of Espruino that docs/espruino-rpi.md makes. */
export interface RpEspruinoBuild {
  /** Of the .uf2 file. */
  readonly sha256: string;
  readonly family: 'RP2040' | 'RP2350';
  /** Version and commit as the build says them: `process.env.VERSION` and `GIT_COMMIT`. */
  readonly espruino: string;
}

/**
 * Builds of Espruino for Raspberry Pi boards that have what the image needs, the newest of a family first. The build is
 * reproducible: a file with such a hash is one that anybody gets from the published sources.
 */
export const RP_ESPRUINO_BUILDS: readonly RpEspruinoBuild[] = [
  {
    sha256: '54b728bd8c5b8774bf049baa5c06506ea22774aa31510cd0bb610bd38313b7da',
    family: 'RP2040',
    espruino: '2v29.277 c5ff787b1',
  },
  {
    sha256: '5fa4856da3f874e072ac5a7e732f13a18bc6de2cbc801612196c63333aed53b7',
    family: 'RP2350',
    espruino: '2v29.277 c5ff787b1',
  },
];
