import { describeTopic } from './suite.ts';

describeTopic('logs');
