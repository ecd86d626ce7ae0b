import { describeTopic } from './suite.ts';

describeTopic('env');
