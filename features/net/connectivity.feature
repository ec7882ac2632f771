Feature: Working in a closed network
  A closed network has no way out. The product may reach its cloud only through the relay that its
  installer was told about; nothing else on the endpoint knows that relay.

  @NET-01 @must @S1 @S3
  Rule: With no route but the relay, the product enrols

    Scenario: First start behind the relay
      Given a closed network with a relay
      When the product is installed with the address of the relay
      Then it enrols through the relay in time

  @NET-02 @must @S2
  Rule: The endpoint itself needs no proxy setting

    Scenario: The relay serves the product and nobody else
      Given the product works in a closed network
      When a user of the endpoint tries to reach the cloud with curl
      Then no proxy is set on the endpoint and the user did not get out

  @NET-03 @must @S5 @stimulus:any
  Rule: The product speaks to the relay and the local resolver only

    Scenario: While the relay works
      Given the product works in a closed network
      When an attack happens
      Then it is reported in time
      And the endpoint has sent nothing past the relay

    Scenario: While the relay is lost
      Given the product works in a closed network
      When the relay is lost: silent
      And an attack happens
      And the relay comes back
      Then it is reported after the relay is back
      And the endpoint has sent no data past the relay
