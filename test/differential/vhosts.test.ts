import { describeTopic } from './suite.ts';

describeTopic('vhosts');
