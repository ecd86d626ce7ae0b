import { describeTopic } from './suite.ts';

describeTopic('access');
