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
      Given a closed network with a relay
      And it is known what proxies the endpoint has by itself
      And the product works there
      When a user of the endpoint tries to reach the cloud with curl
      Then no proxy is set on the endpoint and the user did not get out

  @NET-03 @must @S5 @stimulus:any
  Rule: The product speaks to the relay and the local resolver only

    Scenario: While the relay works
      Given the product works in a closed network
      When the product is watched for as long as its slowest interval
      And an attack happens
      Then it is reported in time
      And the endpoint has sent nothing past the relay

    Scenario: While the relay is lost
      Given the product works in a closed network
      When the relay is lost: silent
      And an attack happens
      And the product is watched for as long as its slowest interval
      And the relay comes back
      Then it is reported after the relay is back
      And the endpoint has sent no data past the relay

  @NET-04 @must @S5 @stimulus:any
  Rule: Everything that the product exchanges with its cloud goes through the relay

    Scenario: Each kind of exchange that the product declares
      Given the product works in a closed network
      When an attack happens
      And its cloud sends it a policy and a command
      Then each kind of exchange that it declares has reached the cloud
      And each of them went through the relay and none past it

  @NET-05 @should @stimulus:any
  Rule: The name of the cloud need not be known in the closed network

    Scenario: The local DNS knows no name of the outside
      Given the product works in a closed network
      When the endpoint is started again
      Then it is connected again in time
      When it has had its time to start
      And an attack happens
      Then it is reported in time
      And the local DNS does not know the cloud

  @NET-09 @should @S10 @stimulus:any
  Rule: The product needs nothing that only the Internet has

    Scenario: The relay lets nothing pass but the cloud itself
      Given a closed network with a relay
      And the relay lets nothing pass but what enrolling and reporting need
      And the product is installed and has had time to read its policy
      When every attack that it reports in the open happens
      Then each of them is reported as in the open
      And what the relay refused is listed

  @NET-10 @may @S10 @stimulus:any
  Rule: It is known which functions work behind a relay and which need the Internet

    Scenario: First behind the relay, then in the open network
      Given a closed network with a relay
      When the product is installed with the address of the relay
      And each of its functions is tried
      And the endpoint is moved to the open network
      And each of its functions is tried there
      Then behind the relay it can do what it declares
