import assert from 'node:assert/strict';
import { strangersInSddl } from '../../../server/windows-acl.ts';

const user = 'S-1-5-21-1-2-3-1001';
const ours = `state\r\nD:PAI(A;OICI;FA;;;${user})`;

describe('a Windows access list', () => {
  it('is private with the user, the system and the administrators', () => {
    assert.deepEqual(strangersInSddl(ours, user), []);
    assert.deepEqual(strangersInSddl(`${ours}(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)`, user), []);
  });

  it('is not with anybody else, whatever that one may do', () => {
    assert.deepEqual(strangersInSddl(`${ours}(A;OICI;0x1200a9;;;BU)(A;;FR;;;WD)`, user), ['BU', 'WD']);
    assert.deepEqual(strangersInSddl(`D:(A;;FA;;;S-1-5-21-1-2-3-1002)`, user), ['S-1-5-21-1-2-3-1002']);
  });

  it('is private when somebody else is denied', () => {
    assert.deepEqual(strangersInSddl(`D:(D;;FA;;;WD)(A;;FA;;;${user})`, user), []);
  });
});
