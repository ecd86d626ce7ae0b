import { describeTopic } from './suite.ts';

describeTopic('bodies');
