import '../loader/boot0.ts';

// Two reports of one device: 1 a boot keyboard without lights (HID 1.11, appendix B.1), 2 frames both ways, 63 bytes
// of a vendor-defined usage page (0xFF00).
E.setUSBHID({
  reportDescriptor: atob(
    'BQEJBqEBhQEFBxngKecVACUBdQGVCIEClQF1CIEBlQYlZRkAKWWBAMAGAP8JAaEBhQIJARUAJv8AdQiVP4ECCQKRAsA=',
  ),
});
