import { describeTopic } from './suite.ts';

describeTopic('mapping');
