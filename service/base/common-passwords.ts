/**
 * Long passwords that attackers try first, in lower case and without spaces, dashes and underscores. Users build them
 * from short ones when twelve characters are required.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 12345678901234567890 0123456789012
  098765432109 0987654321098 987654321012 123123123123 123456123456 12345678987654321 123456789123 123456789abc
  123456789qwe 123456789qwerty 1234567890qwe 1234567890qwertyuiop 1234567890= 1q2w3e4r5t6y 1q2w3e4r5t6y7u
  1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o0p 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc 1qaz1qaz1qaz 1qaz@wsx3edc
  qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiop[] qwertyuiopasdf qwertyuiopasdfghjkl
  qwertyuiopasdfghjklzxcvbnm qwerty123456 qwerty1234567 qwerty12345678 qwerty123456789 qwertyqwerty qwertyuiopqwerty
  qwertzuiop123 qwertzuiopasdf azertyuiop12 azertyuiop123 azertyuiopqsdfghjklm asdfghjkl123 asdfghjkl;'
  asdfghjklzxcvbnm asdfasdfasdf zxcvbnm12345 zxcvbnmasdfghjkl zaq12wsxcde3 zaq1zaq1zaq1 qazwsxedcrfv qazwsxedc123
  qazwsxedcrfvtgb qweasdzxc123 qwe123qwe123 poiuytrewq12 mnbvcxzlkjhgfdsapoiuytrewq abcdefghijkl abcdefghijklm
  abcdefghijklmnop abcdefghijklmnopqrstuvwxyz abc123abc123 abcd12345678 abcdefg12345 abc123456789 abcabcabcabc
  aa123456789a a1b2c3d4e5f6 a1s2d3f4g5h6 1a2b3c4d5e6f passwordpassword password1234 password12345 password123456
  password123! password1234! password12345! password!123 password@123 password@1234 password2024 password2025
  password2026 password2027 p@ssw0rd1234 p@ssword1234 p@ssw0rd123! passw0rd1234 passw0rd123! p@55w0rd1234
  mypassword12 mypassword123 newpassword1 newpassword123 thisismypassword mypasswordis changemenow! changeme1234
  changeme12345 changemeplease letmeinletmein letmein12345 letmein123456 iloveyou1234 iloveyou12345 iloveyouforever
  iloveyousomuch iloveyoubaby iloveyou143143 ilovemyfamily welcome12345 welcome123456 welcome1234! welcome2024!
  welcome2025! welcome2026! administrator administrator1 administrator123 admin1234567 admin123456789 adminadmin123
  adminadminadmin rootrootroot testtesttest testpassword test12345678 guestguestguest defaultpassword temporary123
  temppassword secretsecret supersecret1 supersecret123 topsecret123 masterpassword monkey123456 dragon123456
  football1234 football12345 baseball1234 basketball12 basketball123 liverpool123 superman1234 princess1234
  princess12345 sunshine1234 sunshine12345 michelle1234 jennifer1234 computer1234 internet1234 trustno1trustno1
  whatever1234 blink182blink182 correcthorsebatterystaple
  summer2024!! summer2025!! summer2026!! winter2024!! winter2025!! winter2026!! spring2026!! autumn2026!!
  `
    .trim()
    .split(/\s+/),
);
