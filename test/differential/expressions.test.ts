import { describeTopic } from './suite.ts';

describeTopic('expressions');
