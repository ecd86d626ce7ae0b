import { describeTopic } from './suite.ts';

describeTopic('http1');
