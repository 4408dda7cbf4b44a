import { SSD1306_ADDRESS } from '../limits.ts';
import { app, sound } from '../loader/image.ts';

if (sound) {
  // Functions then run from flash; a copy in memory would not fit.
  eval(app);
} else {
  // The light stays on and the console opens, so that the owner can flash the image again.
  digitalWrite(LED1, 1);
  E.setConsole(USB, { force: true });
  print('Passfob: image damaged. Flash it again.');
  I2C1.setup({ scl: BUS_SCL, sda: BUS_SDA });
  // Ends here without a display: each byte that a longer transfer sends it would cost half a second.
  I2C1.writeTo(SSD1306_ADDRESS, 0);
  // Charge pump, horizontal addressing, wiring of the modules, whole memory, on. The other registers keep their reset
  // values.
  I2C1.writeTo(SSD1306_ADDRESS, [0, 0x8d, 0x14, 0x20, 0, 0xa1, 0xc8, 0x21, 0, 127, 0x22, 0, 7, 0xaf]);
  for (let page = 0; page < 8; page++) I2C1.writeTo(SSD1306_ADDRESS, [0x40, new Uint8Array(128)]);
  I2C1.writeTo(SSD1306_ADDRESS, [0, 0x21, 25, 127, 0x22, 3, 3]);
  // `Image damaged` in the letters of `font.txt`, column by column, the top pixel in the lowest bit.
  I2C1.writeTo(SSD1306_ADDRESS, [
    0x40,
    atob(
      'AEF/QQAAfAQYBHgAIFRUVHgAGKSkpHwAOFRUVBgAAAAAAAAAOERESH8AIFRUVHgAfAQYBHgAIFRUVHgAGKSkpHwAOFRUVBgAOERESH8A',
    ),
  ]);
}
