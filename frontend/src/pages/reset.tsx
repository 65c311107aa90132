/** The entry of /reset/. */
import { Beside, startPage } from '../account/page';
import { Reset } from '../account/Reset';

void startPage(config => (
  <Beside>
    <Reset config={config} />
  </Beside>
));
