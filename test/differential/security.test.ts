import { describeTopic } from './suite.ts';

describeTopic('security');
