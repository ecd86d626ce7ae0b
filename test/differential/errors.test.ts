import { describeTopic } from './suite.ts';

describeTopic('errors');
