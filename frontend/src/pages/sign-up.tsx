/** The entry of /sign-up/. */
import { Beside, startPage } from '../account/page';
import { SignUp } from '../account/SignUp';

void startPage(config => (
  <Beside>
    <SignUp config={config} />
  </Beside>
));
