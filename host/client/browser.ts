/**
 * Exports of `passfob/browser`: the client, and fobs at the ports of a browser. Nothing here needs Node.
 * @module client/browser
 */
export {
  chooseWebBluetooth,
  openWebBluetooth,
  type WebBluetooth,
  type WebBluetoothCharacteristic,
  type WebBluetoothDevice,
  type WebBluetoothServer,
  type WebBluetoothService,
  type WebBluetoothValue,
} from '../transports/web-bluetooth.ts';
export {
  chooseWebHid,
  grantedWebHid,
  openWebHid,
  type WebHid,
  type WebHidDevice,
  type WebHidReport,
} from '../transports/web-hid.ts';
export {
  chooseWebSerial,
  grantedWebSerial,
  openWebSerial,
  type WebSerial,
  type WebSerialPort,
} from '../transports/web-serial.ts';
export * from './index.ts';
