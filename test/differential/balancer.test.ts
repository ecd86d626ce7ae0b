import { describeTopic } from './suite.ts';

describeTopic('balancer');
