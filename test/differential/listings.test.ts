import { describeTopic } from './suite.ts';

describeTopic('listings');
