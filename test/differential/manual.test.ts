import { describeTopic } from './suite.ts';

describeTopic('manual');
