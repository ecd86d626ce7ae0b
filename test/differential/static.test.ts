import { describeTopic } from './suite.ts';

describeTopic('static');
