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
    sha256: 'b6c54edb2efeea0bc6a3cd1eeed8bc307deb023b3ce37039743ccc803f8bce4e',
    family: 'RP2040',
    espruino: '2v29.277 c5ff787b1',
  },
  {
    sha256: '584f6455e7194677b70df13128d9cbee26fd00e746df7667754fccbd093a8ae3',
    family: 'RP2350',
    espruino: '2v29.277 c5ff787b1',
  },
];
