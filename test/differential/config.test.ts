import { describeTopic } from './suite.ts';

describeTopic('config');
