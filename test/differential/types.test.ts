import { describeTopic } from './suite.ts';

describeTopic('types');
